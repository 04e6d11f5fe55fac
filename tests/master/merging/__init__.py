"""Merging and undoing it."""
