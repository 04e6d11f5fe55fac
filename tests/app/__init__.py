"""Tests of the application around the graph."""
