"""Root questions and commands, asked through GraphQL."""
