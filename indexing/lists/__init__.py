"""Lists that searches are read by, as tables that people can read and extend."""
