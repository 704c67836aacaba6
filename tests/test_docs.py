"""The documentation names every command, outcome, cause, blame and scenario, and none that does not exist."""

import re
from pathlib import Path

import pytest

import scenarios
from probe.cli import COMMANDS
from probe.model import Blame, Cause, Outcome

ROOT = Path(__file__).parent.parent


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_readme_lists_exactly_the_commands(readme: str) -> None:
    assert set(re.findall(r"^\| `probe ([\w-]+)", text(readme), re.M)) == set(COMMANDS)


def test_every_command_that_the_docs_show_exists() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        shown = set(
            re.findall(
                r"(?:^|`|\s)probe ([a-z]+(?:-[a-z]+)*)\b",
                "\n".join(re.findall(r"`[^`]+`|```.*?```", text(str(page.relative_to(ROOT))), re.S)),
            )
        )
        assert shown <= set(COMMANDS), page


def test_verdicts_page_names_every_outcome_cause_and_blame() -> None:
    named = set(re.findall(r"`([a-z_]+)`", text("docs/verdicts.md")))
    assert named == set(Outcome) | set(Cause) | set(Blame) | {"blame"}


def test_every_scenario_says_when_to_use_it() -> None:
    for name in scenarios.names():
        assert scenarios.load(name).name == name
        assert set(scenarios.load(name).use) == {"zh", "en"}


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_map_for_newcomers_names_every_stage_and_none_that_is_gone() -> None:
    named = set(re.findall(r"`((?:probe|reports|scenarios|tests|docs)/[\w/.-]*)`", text("CONTRIBUTING.md")))
    assert [path for path in named if not (ROOT / path).exists()] == []
    stages = {f"probe/{folder.parent.name}/" for folder in (ROOT / "probe").glob("*/__init__.py")}
    assert stages - named <= {"probe/cli/", "probe/settings/"}


def test_help_documents_every_exit_code() -> None:
    from probe import errors
    from probe.cli import cli

    codes = {e.exit_code for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.ProbeError)}
    assert cli.help is not None
    assert codes <= {int(code) for code in re.findall(r"\b(\d+)\b", cli.help.partition("Exit codes")[2])}
