"""The ASGI application as the server loads it: `app.main:application`, a factory."""

import os

from app.graphql import schema
from app.hub import Hub
from app.logging import configure_logging
from app.settings import read_settings


def application() -> Hub:
    """The hub that the environment describes; opened by the lifespan protocol. Raises WrongSettings."""
    settings = read_settings(os.environ)
    configure_logging(show_messages=settings.sandbox)
    return Hub(settings, schema)
