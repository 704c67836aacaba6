"""Write the golden files anew, to be looked at in the diff: `python -m tests.reports.golden`."""

from __future__ import annotations

import json

import pytest

import probe.words
from probe.words import LANGUAGES
from reports.document import schema
from reports.html import render
from tests.reports.conftest import told
from tests.reports.test_document import SCHEMA
from tests.reports.test_html import HERE, PAGES, as_text


def write() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(probe.words, "catalogue", told(probe.words.catalogue))
        for name, made in PAGES.items():
            for lang in LANGUAGES:
                file = HERE / "golden" / f"{name}.{lang}.txt"
                file.write_text(as_text(render(made(lang=lang), lang)), encoding="utf-8")
    SCHEMA.write_text(json.dumps(schema(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
