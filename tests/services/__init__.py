"""How the real servers that tests need are found or started."""
