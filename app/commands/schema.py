"""schema: the API's table of contents."""

import click

from app.graphql import schema as graphql_schema


@click.command()
def schema() -> None:
    """Print the GraphQL schema."""
    click.echo(graphql_schema.as_str())
