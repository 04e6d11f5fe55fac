"""See the folder of the same name."""
