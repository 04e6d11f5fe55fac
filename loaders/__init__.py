"""Relations between rows, declared as data, and the loaders that read them in batches."""
