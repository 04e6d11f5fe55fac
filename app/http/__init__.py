"""The HTTP front: what is read from a request, within which limits, and what is answered."""
