"""Who stands in the file may be dialled, and nobody else."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.dial import allowlist

numbers = st.text(alphabet="0123456789+@:sip\n号", max_size=6)


@given(listed=st.lists(numbers, max_size=30), asked=numbers)
def test_contains_exactly_what_was_written(listed: list[str], asked: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "allowed"
        allowlist.write(path, listed)
        may = {number for number in listed if number and "\n" not in number}
        assert allowlist.contains(path, asked) == (asked in may)
        assert all(allowlist.contains(path, number) for number in may)


def test_a_part_of_a_number_is_not_the_number(tmp_path: Path) -> None:
    path = tmp_path / "allowed"
    allowlist.write(path, ["+8657187250001", "+86571872500012"])
    assert allowlist.contains(path, "+8657187250001")
    assert not allowlist.contains(path, "+865718725000")
    assert not allowlist.contains(path, "8657187250001")
    assert not allowlist.contains(path, "+8657187250001\n+86571872500012")


def test_a_list_that_is_missing_allows_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        allowlist.contains(tmp_path / "nowhere", "+8657187250001")
