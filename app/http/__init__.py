"""The HTTP front: what is read from a request, within which bounds, and what is answered."""
