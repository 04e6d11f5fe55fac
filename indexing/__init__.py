"""The master, made searchable: terms, queries, engines and the worker that keeps the index."""
