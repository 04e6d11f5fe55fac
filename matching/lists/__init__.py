"""Tables of names that people can read, check and extend; each begins with where it comes from."""
