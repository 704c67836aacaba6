"""The JSON form: what docs/report.schema.json promises."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from probe.words import LANGUAGES
from reports.document import Document, document, schema, to_json
from reports.report import Report
from tests.reports import month
from tests.reports.district import hostile, report

SCHEMA = Path(__file__).parent.parent.parent / "docs" / "report.schema.json"
REPORTS = {
    "month": month.monthly(),
    "log": month.case_log(),
    "incident": month.incident(),
    "hostile": report(hostile()),
    "empty": report([]),
}


def test_the_schema_in_the_docs_is_that_of_the_program() -> None:
    """`python -m tests.reports.golden` writes it anew."""
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json.loads(json.dumps(schema()))


@pytest.mark.parametrize("name", REPORTS)
def test_reports_keep_to_the_schema(name: str) -> None:
    validator = jsonschema.Draft202012Validator(schema())
    assert [error.message for error in validator.iter_errors(json.loads(to_json(REPORTS[name])))] == []


@pytest.mark.parametrize("name", REPORTS)
def test_they_are_read_back_as_they_were(name: str) -> None:
    assert msgspec.json.decode(to_json(REPORTS[name]), type=Document) == document(REPORTS[name])


def test_it_does_not_depend_on_the_language() -> None:
    def facts(found: Report) -> Document:
        return msgspec.structs.replace(document(found), lang="")

    first, second = (facts(month.monthly(lang=lang)) for lang in LANGUAGES)
    assert first == second
