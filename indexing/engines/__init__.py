"""One port to the search engine, and the engines behind it."""
