"""Relations read in batches."""
