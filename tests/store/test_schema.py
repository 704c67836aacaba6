"""The schema is versioned from the first day: data comes up from any version, and an older program touches nothing."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from probe.errors import StoreError
from probe.model import Cause
from probe.store import Store
from probe.store.engine import connect, writing
from probe.store.migrate import MIGRATIONS, SCHEMA, migrate, version
from probe.store.tables import VERSION_TABLE, metadata
from tests.records import MORNING, call, number

HERE = Path(__file__).parent
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("rounds", sa.Column("note", sa.Text))
    op.execute("UPDATE rounds SET note = 'was ' || round_id")
    {then}
"""


def next_migrations(folder: Path, then: str = "") -> Path:
    """The migrations with one more step, as a later release will have them."""
    target = folder / "migrations %d"
    shutil.copytree(MIGRATIONS, target, ignore=shutil.ignore_patterns("__pycache__"))
    (target / "versions" / "v0007_next.py").write_text(NEXT.format(then=then))
    return target


def test_the_newest_step_is_the_schema_of_this_program() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_heads() == [SCHEMA]
    steps = [script.revision for script in scripts.walk_revisions()]
    assert steps == sorted(steps, reverse=True), "steps are numbered, so that a newer one can be told"


def test_the_steps_lead_to_the_tables(url: str) -> None:
    with Store.open(url):
        pass
    engine, _ = connect(url, wait_s=1.0)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.mark.parametrize("schema", ["0001", "0002", "0003", "0004", "0005", "0006"])
def test_a_released_schema_is_never_changed(tmp_path: Path, schema: str) -> None:
    engine, place = connect(f"sqlite:///{tmp_path / 'old.db'}", wait_s=1.0)
    migrate(engine, place, schema=schema)
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / "old.db")) as made:
        dump = " ".join(made.iterdump())
    assert dump.split() == (HERE / f"v{schema}.sql").read_text(encoding="utf-8").split()


def test_data_of_version_1_is_read_after_all_migrations(url: str) -> None:
    engine, place = connect(url, wait_s=1.0)
    migrate(engine, place, schema="0001")
    with writing(engine).begin() as connection:
        if place.kind == "postgresql":
            connection.execute(text("SET TIME ZONE 'UTC'"))
        for statement in (HERE / "v0001_rows.sql").read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement.replace("%", "%%") if place.kind == "postgresql" else statement)
    engine.dispose()
    with Store.open(url) as store:
        assert store.numbers() == (number(1), number(2))
        found = list(store.records(MORNING, MORNING + timedelta(days=1)))
        assert [(c.record.verdict.cause, c.number) for c in found] == [(Cause.BUSY_ANNOUNCEMENT, number(1))]
        assert found[0].record.trace.signals[-1].headers == {"Reason": ('Q.850;cause=17;text="User busy"',)}
        old = found[0].record
        newer = call(Cause.REJECTED).record.verdict
        assert store.rejudge(old.order.call_id, old.verdict, newer, old.sounds, MORNING)
        assert [(f.verdict, f.rules) for f in store.former(old.order.call_id)] == [(old.verdict, "")]
        assert [order.call_id for order in store.pending("20260302")] == ["20260302-3"]
        assert [r.order.call_id for r in store.recover(MORNING, lambda owner: False)] == ["20260302-2"]


def test_a_migration_keeps_the_data(url: str, tmp_path: Path) -> None:
    with Store.open(url) as store:
        store.begin_round("r1", [call().record.order], MORNING)
    engine, place = connect(url, wait_s=1.0)
    migrate(engine, place, schema="0007", migrations=next_migrations(tmp_path))
    with engine.connect() as connection:
        assert version(connection) == "0007"
        assert connection.execute(text("SELECT note FROM rounds")).scalar() == "was r1"
    engine.dispose()


def test_a_migration_that_fails_changes_nothing(url: str, tmp_path: Path) -> None:
    with Store.open(url) as store:
        store.begin_round("r1", [call().record.order], MORNING)
    engine, place = connect(url, wait_s=1.0)
    with pytest.raises(ZeroDivisionError):
        migrate(engine, place, schema="0007", migrations=next_migrations(tmp_path, then="1 / 0"))
    engine.dispose()
    with Store.open(url) as store:
        assert len(store.pending("r1")) == 1


def test_a_database_newer_than_the_program_is_left_alone(url: str, tmp_path: Path) -> None:
    engine, place = connect(url, wait_s=1.0)
    migrate(engine, place, schema="0007", migrations=next_migrations(tmp_path))
    with pytest.raises(StoreError, match="schema 0007, newer than the 0006") as error:
        Store.open(url)
    assert error.value.exit_code == 6
    with engine.connect() as connection:
        assert version(connection) == "0007"
    engine.dispose()


def test_a_database_of_another_program_is_left_alone(url: str) -> None:
    engine, _ = connect(url, wait_s=1.0)
    with writing(engine).begin() as connection:
        connection.execute(text("CREATE TABLE calls (mine INTEGER)"))
    engine.dispose()
    with pytest.raises(StoreError) as error:
        Store.open(url)
    assert error.value.key == "store.foreign"


def test_alembic_knows_where_the_steps_are() -> None:
    """`alembic` is given the folder inside the package, so an installed wheel migrates as a checkout does."""
    config = Config()
    config.set_main_option("script_location", "probe.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (
            "SELECT * FROM calls WHERE started_at >= '2026-03' AND started_at < '2026-04' ORDER BY started_at",
            "calls_started_at",
        ),
        ("SELECT * FROM calls WHERE number_id = 7 AND started_at >= '2026-03' ORDER BY started_at", "calls_number"),
        ("SELECT * FROM calls WHERE round_id = 'r' AND claimed_at IS NULL ORDER BY position", "calls_round"),
        ("SELECT * FROM calls WHERE claimed_at IS NOT NULL AND recorded_at IS NULL", "calls_under_way"),
        ("SELECT * FROM former_verdicts WHERE call_id = 'c' ORDER BY id", "former_verdicts_call"),
        ("SELECT facts FROM numbers WHERE number = '1' AND until IS NULL", "numbers_in_force"),
    ],
)
def test_every_frequent_query_has_its_index(sqlite_url: str, query: str, index: str) -> None:
    with Store.open(sqlite_url):
        pass
    engine = create_engine(sqlite_url)
    with engine.connect() as connection:
        plan = " ".join(str(row) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}")))
    engine.dispose()
    assert f"USING INDEX {index}" in plan
