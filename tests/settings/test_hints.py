"""What errors show of a value, and what they think was meant."""

import pytest

from probe.hints import LONGEST_SHOWN, nearest, shown


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("人社局 A-1", "人社局 A-1"),
        ("\x1b[31mred\r\n", "\\x1b[31mred\\r\\n"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\ud800", "\\ud800"),
        ("x" * LONGEST_SHOWN, "x" * LONGEST_SHOWN),
        ("x" * 1000, "x" * (LONGEST_SHOWN - 1) + "…"),
        (3.5, "3.5"),
    ],
)
def test_shown(value: object, said: str) -> None:
    assert shown(value) == said


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("trnk", "trunk"),
        ("protxy", "proxy"),
        ("Proxy", "proxy"),
        ("电活", "电话"),
        ("colour", None),
        ("", None),
        ("!", None),
    ],
)
def test_nearest(word: str, meant: str | None) -> None:
    assert nearest(word, {"trunk", "proxy", "电话", "data"}) == meant


def test_the_same_is_said_every_time() -> None:
    assert {nearest("ab", order) for order in (["ax", "bb"], ["bb", "ax"])} == {"ax"}
