"""Run by Alembic: the connection, its transaction and its lock come from Database.upgrade."""

from alembic import context

from models_store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
