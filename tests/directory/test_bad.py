"""One bad file per mistake, with exactly what is said about it: the English lines, then the Chinese ones."""

from pathlib import Path

import pytest

from probe.directory import Listing, parse
from probe.errors import DirectoryError
from probe.words import LANGUAGES

BAD = sorted((Path(__file__).parent / "bad").glob("*.csv"))


def listing(file: Path) -> Listing:
    area_code = "" if file.stem == "area-code-unknown" else "0571"
    return parse(file.read_bytes(), file.name, country="CN", area_code=area_code)


def said(file: Path, lang: str) -> list[str]:
    try:
        return [problem.text(lang) for problem in listing(file).problems]
    except DirectoryError as error:
        return [error.text(lang)]


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_message(file: Path) -> None:
    expected = file.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    assert [*said(file, "en"), *said(file, "zh")] == expected


def test_every_message_has_its_file() -> None:
    assert {file.stem for file in BAD} == {file.stem for file in (Path(__file__).parent / "bad").glob("*.txt")}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_hostile_reaches_the_terminal(lang: str) -> None:
    for file in BAD:
        for line in said(file, lang):
            assert line.isprintable(), file


def test_good_rows_are_not_lost() -> None:
    found = listing(Path(__file__).parent / "bad" / "every-mistake-at-once.csv")
    assert [(n.number, n.unit, n.department) for n in found.numbers] == [("+8657187250001", "人社局", "就业科")]
    found = listing(Path(__file__).parent / "bad" / "same-number-twice.csv")
    assert [(n.number, n.unit) for n in found.numbers] == [("+8657187250001", "人社局")]


def test_a_row_with_any_mistake_has_no_number() -> None:
    data = "单位,号码,责任人邮箱\n人社局,0571-87250001/87250002,nobody\n".encode()
    found = parse(data, "x.csv", country="CN", area_code="")
    assert (found.numbers, len(found.problems)) == ((), 1)
