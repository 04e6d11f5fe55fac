"""kehu beside other makers of GraphQL, where somebody has installed them (`make bench-peers`)."""
