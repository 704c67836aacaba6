"""The picture: one day, two rows, the contradiction in words and marked."""

from __future__ import annotations

import struct
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from probe.cdr import compare, parse
from probe.cdr.picture import MARKS, draw, to_png, to_svg
from probe.model import Call, Cause, Outcome
from probe.words import words
from tests.cdr.made import LINE, ZONE, Made, asterisk
from tests.records import HOSTILE, MORNING, call, number

N = number(1)
CALLS = tuple(
    call(cause, of=N, at=MORNING + timedelta(minutes=12 * index), call_id=f"c{index}")
    for index, cause in enumerate((Cause.BUSY_TONE, Cause.BUSY_TONE, Cause.HUMAN, Cause.TRUNK))
)
MADE = (Made(at=MORNING - timedelta(minutes=20)), Made(at=MORNING + timedelta(minutes=45)))


def svg(calls: tuple[Call, ...] = CALLS, made: tuple[Made, ...] = MADE, *, lang: str = "zh", line: str = "甲局") -> str:
    cdrs = parse(asterisk(made), "cdr.csv", LINE, zone=ZONE).cdrs if made else ()
    return to_svg(draw(cdrs, calls, compare(cdrs, calls, zone=ZONE), line=line, zone=ZONE, lang=lang))


def texts(picture: str) -> set[str]:
    return {element.text or "" for element in ElementTree.fromstring(picture).iter() if element.tag.endswith("text")}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_says_what_does_not_agree(lang: str) -> None:
    picture = svg(lang=lang)
    said = texts(picture)
    assert words("cdr.band", lang) in said
    assert any("2026-03-02" in text for text in said)
    assert {words("cdr.row_robot", lang), words("cdr.row_office", lang)} <= said
    assert "Noto Sans CJK SC" in picture


def test_the_axis_is_the_offices_clock() -> None:
    hours = [text for text in texts(svg()) if text.endswith(":00")]
    assert sorted(hours) == ["08:00", "09:00", "10:00"]


def test_no_contradiction_no_band() -> None:
    said = texts(svg(CALLS[2:]))
    assert words("cdr.band", "zh") not in said
    assert words("cdr.picture_agrees", "zh") in said


@pytest.mark.parametrize(("calls", "made"), [(CALLS, ()), ((), MADE)])
def test_one_side_alone_can_be_drawn(calls: tuple[Call, ...], made: tuple[Made, ...]) -> None:
    assert "<svg" in svg(calls, made)


@pytest.mark.parametrize("line", HOSTILE[:6])
def test_a_hostile_name_is_only_text(line: str) -> None:
    picture = svg(line=line.replace("\0", "").replace("\x07", "").replace("\x1b", ""))
    assert {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(picture).iter()} <= {
        "svg", "g", "path", "rect", "text", "tspan", "line", "defs", "clipPath", "style",
    }  # fmt: skip


def test_png_has_twice_the_size() -> None:
    cdrs = parse(asterisk(MADE), "cdr.csv", LINE, zone=ZONE).cdrs
    data = to_png(draw(cdrs, CALLS, compare(cdrs, CALLS, zone=ZONE), line="甲局", zone=ZONE, lang="zh"))
    assert data.startswith(b"\x89PNG")
    width, _ = struct.unpack(">II", data[16:24])
    assert width > 2000


def test_every_outcome_has_a_colour_and_a_shape_of_its_own() -> None:
    assert set(MARKS) == set(Outcome)
    assert len({colour for colour, _ in MARKS.values()}) == len({shape for _, shape in MARKS.values()}) == len(MARKS)
