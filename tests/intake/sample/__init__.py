"""The sample hub."""
