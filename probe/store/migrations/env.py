"""What alembic runs: the steps, over the connection and inside the transaction that probe/store/migrate.py opened."""

from alembic import context

from probe.store.tables import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
