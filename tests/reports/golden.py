"""Write the golden files anew, to be looked at in the diff: `python -m tests.reports.golden`."""

from __future__ import annotations

import pytest

import probe.words
from probe.words import LANGUAGES
from reports.html import render
from tests.reports.district import SENTENCES, report
from tests.reports.test_html import HERE, as_text


def write() -> None:
    real = probe.words.catalogue
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(probe.words, "catalogue", lambda name: SENTENCES if name == "because" else real(name))
        for lang in LANGUAGES:
            (HERE / "golden" / f"day.{lang}.txt").write_text(as_text(render(report(), lang)), encoding="utf-8")


if __name__ == "__main__":
    write()
