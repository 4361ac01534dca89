"""Runs migrations on the connection that the catalog hands over."""

from alembic import context

from lexiane_dagster.adapters.sql.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
