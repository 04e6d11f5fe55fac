"""Queries compiled once and run as one statement, from the loaders' declarations."""
