"""Columns, keys and constraints of the master, one module a subject, and the triggers that watch them."""
