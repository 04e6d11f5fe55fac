"""Reads that are not by key: pages, worklists, rows to index."""
