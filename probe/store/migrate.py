"""Bring the tables up to this program's schema; several programs may start at once, and one of them does it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, column, inspect, select, table, text

from probe.errors import StoreError
from probe.store.engine import Place, writing
from probe.store.tables import VERSION_TABLE, metadata

SCHEMA = "0006"  # the newest revision in migrations/versions; they are numbered, so a greater one is a newer one
MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x746F6E67  # PostgreSQL's advisory locks are numbers; this one says "tong"


def migrate(engine: Engine, place: Place, *, schema: str = SCHEMA, migrations: Path = MIGRATIONS) -> None:
    """Migrate to `schema` in one transaction: all of it or nothing. StoreError when the database is newer than that."""
    with engine.connect() as connection:
        if version(connection) == schema:
            return
    with writing(engine).begin() as connection:
        if place.kind == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        found = version(connection)
        if found == schema:
            return
        if found is not None and found > schema:
            raise StoreError("store.newer", place=place.name, found=found, known=schema)
        if found is None and set(metadata.tables) & set(inspect(connection).get_table_names()):
            raise StoreError("store.foreign", place=place.name)
        _upgrade(connection, schema, migrations)


def version(connection: Connection) -> str | None:
    """The schema that the database has; None for an empty one."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(select(column("version_num")).select_from(table(VERSION_TABLE))).scalar()


def _upgrade(connection: Connection, schema: str, migrations: Path) -> None:
    from alembic import command  # slow to import, and seldom needed
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    command.upgrade(config, schema)
