"""What the API says, asked through GraphQL."""
