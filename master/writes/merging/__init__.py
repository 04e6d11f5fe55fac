"""Merging customers and undoing it: docs/decisions/0015 says how, merge.py and unmerge.py begin."""
