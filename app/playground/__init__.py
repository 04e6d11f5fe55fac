"""GraphiQL, the playground: a page, its assets and six example queries, all from our own server."""
