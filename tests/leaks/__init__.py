"""What each role is told on every path, checked against the roles file; generated from the schema."""
