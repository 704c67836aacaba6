"""docs/calendar.md says what is true."""

import re
from pathlib import Path

import pytest

import probe
from probe.calendar import HoursError, parse_hours
from probe.calendar.overrides import parse

PAGE = (Path(probe.__file__).parent.parent / "docs" / "calendar.md").read_text(encoding="utf-8")


def table(title: str) -> list[str]:
    """The texts in the first column of the table below a heading."""
    lines = PAGE.partition(f"## {title}")[2].partition("\n## ")[0].splitlines()
    return [line.split("`")[1] for line in lines if line.startswith("| `")]


@pytest.mark.parametrize("text", table("How hours may be written"))
def test_what_may_be_written_is_understood(text: str) -> None:
    assert parse_hours(text).rules


@pytest.mark.parametrize("text", table("What is not guessed"))
def test_what_is_not_guessed_is_an_error(text: str) -> None:
    with pytest.raises(HoursError):
        parse_hours(text)


def test_the_tables_are_there() -> None:
    assert len(table("How hours may be written")) > 15
    assert len(table("What is not guessed")) > 5


def test_the_holidays_file_is_one() -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE, re.S)
    assert example
    found = parse(example[1].encode(), "holidays.toml")
    assert found.complete == {2027}
    assert len(found.days) == 9
