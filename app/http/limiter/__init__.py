"""The one limiter of GraphQL documents: measured once, compared with what each caller may ask for."""
