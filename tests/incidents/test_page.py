"""docs/incidents.md says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import click

import probe
from probe.cli.incidents import command
from probe.errors import IncidentError
from probe.incidents import IncidentKind
from probe.incidents.follow import News
from tests.incidents.made import POLICY

PAGE = (Path(probe.__file__).parent.parent / "docs" / "incidents.md").read_text(encoding="utf-8")


def test_it_names_every_kind_and_every_piece_of_news() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.M)) == set(IncidentKind)
    assert set(re.findall(r"`(\w+):", PAGE)) == set(News)


def test_it_names_every_command_and_none_that_closes() -> None:
    assert isinstance(command, click.Group)
    assert set(re.findall(r"^\| `probe incidents (\w+)", PAGE, re.M)) == set(command.commands)
    assert not [name for name in command.commands if name.startswith("close")]


def test_its_figures_are_the_policys() -> None:
    for figure in (
        f"{POLICY.no_answer_half_days} different half-days within {POLICY.memory_days} days",
        f"{POLICY.dead_results} calls one after the other",
        f"{POLICY.answer_within_s:g} s of alerting",
        f"below {POLICY.least_confidence} confidence",
        f"on {POLICY.good_half_days} different half-days",
        f"within {POLICY.repeat_days} days after it was closed",
        f"deadline is {POLICY.deadline_days} days, a repeat's {POLICY.repeat_deadline_days}",
        f"Exit code {IncidentError.exit_code}",
    ):
        assert figure in PAGE, figure
