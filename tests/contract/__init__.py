"""What the API promises to those who build on it."""
