"""Run by Alembic, on the connection that `migrate` gives it."""

from alembic import context

from master.migrations.rendering import rendered
from master.tables.every import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=rendered,
)
with context.begin_transaction():
    context.run_migrations()
