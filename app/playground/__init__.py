"""GraphiQL, the playground: a page, its assets and nine example queries, all from our own server."""
