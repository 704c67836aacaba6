"""The bytes of a CSV or XLSX file → tables of text, which may turn out to be the wanted one."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import openpyxl
from openpyxl.utils import column_index_from_string

from probe.errors import DirectoryError

DELIMITERS = ",\t;|，"
MOST_COLUMNS = 100
LARGEST_MB = 64
LARGEST_UNPACKED_MB = 600  # an XLSX of 100 000 rows unpacks to about 60 MB
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})"')

Row = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A sheet, or a text cut up at one delimiter. `rows` begins anew with each call; row 1 is its first."""

    title: str  # of the sheet; the delimiter of a text
    is_sheet: bool
    rows: Callable[[], Iterator[Row]]


def tables(data: bytes, name: str) -> tuple[Table, ...]:
    """Every table that the file may be read as. DirectoryError when it is none; reading rows may raise it too."""
    if len(data) > LARGEST_MB * 1_000_000:
        raise DirectoryError("directory.too_big", file=name, mb=LARGEST_MB)
    if not data.strip():
        raise DirectoryError("directory.empty", file=name)
    if data.startswith(_OLE):
        raise DirectoryError("directory.password" if _ENCRYPTED in data else "directory.old_excel", file=name)
    if data.startswith(b"PK\x03\x04"):
        return _sheets(data, name)
    text = decode(data, name)
    return tuple(
        Table(title=delimiter, is_sheet=False, rows=_csv_rows(text, delimiter, name)) for delimiter in DELIMITERS
    )


def decode(data: bytes, name: str) -> str:
    """UTF-8 if it is valid UTF-8, which text in another encoding practically never is; else UTF-16 by its mark, else
    GB18030 (of which GBK is a part), strictly: a wrong guess would not survive the search for the headers either."""
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise DirectoryError("directory.binary", file=name)


def _csv_rows(text: str, delimiter: str, name: str) -> Callable[[], Iterator[Row]]:
    def rows() -> Iterator[Row]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
        begun = 1
        try:
            for row in reader:
                yield row[:MOST_COLUMNS]
                begun = reader.line_num + 1
        except csv.Error:  # a quotation mark that is not closed, or text behind a closed one
            raise DirectoryError("directory.quotes", file=name, line=begun) from None

    return rows


def _sheets(data: bytes, name: str) -> tuple[Table, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED_MB * 1_000_000:
                raise DirectoryError("directory.too_big", file=name, mb=LARGEST_MB)
        with warnings.catch_warnings(action="ignore"):  # about styles and extensions, which we do not read
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except DirectoryError:
        raise
    except Exception as error:  # openpyxl raises whatever it stumbles over: KeyError, ParseError, BadZipFile, …
        raise DirectoryError("directory.broken_xlsx", file=name) from error
    return tuple(
        Table(title=sheet.title, is_sheet=True, rows=_sheet_rows(sheet, data, name))
        for sheet in book.worksheets
        if sheet.sheet_state == "visible"
    )


def _sheet_rows(sheet: Any, data: bytes, name: str) -> Callable[[], Iterator[Row]]:
    """`sheet` is openpyxl's ReadOnlyWorksheet, of which its type stubs know little."""

    def rows() -> Iterator[Row]:
        try:
            merged = _merged_down(data, sheet._worksheet_path)
            sheet.reset_dimensions()  # what the file claims (A1:XFD1048576) would make every row that wide
            for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield _filled([_text(value) for value in values[:MOST_COLUMNS]], number, merged)
        except Exception as error:  # see above
            raise DirectoryError("directory.broken_xlsx", file=name) from error

    return rows


def _text(value: object) -> str:
    """A cell's value as one would type it: 87250001.0 is a number that Excel took for an amount."""
    match value:
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case datetime() | time():
            return value.isoformat(timespec="minutes")
        case _:
            return str(value)


@dataclass(slots=True)
class _Merged:
    """Cells of one column that are merged into one: its text stands in the first row only."""

    first: int
    last: int
    text: str = ""


def _merged_down(data: bytes, part: str) -> dict[int, list[_Merged]]:
    """Column → its vertically merged cells, the lowest first: Chinese tables are drawn with one 单位 for all its 科室.
    openpyxl tells them only when it holds the whole sheet in memory."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read(part.removeprefix("/"))
    found: dict[int, list[_Merged]] = {}
    for column, first, last in _MERGED.findall(xml[xml.rfind(b"</sheetData>") :]):
        found.setdefault(column_index_from_string(column.decode()) - 1, []).append(_Merged(int(first), int(last)))
    return {column: sorted(merged, key=lambda m: -m.first) for column, merged in found.items()}


def _filled(cells: list[str], row: int, merged: dict[int, list[_Merged]]) -> list[str]:
    """The row with the text of merged cells that began above it."""
    for column, pending in merged.items():
        while pending and pending[-1].last < row:
            pending.pop()
        if not pending or row < pending[-1].first:
            continue
        cells += [""] * (column + 1 - len(cells))
        if row == pending[-1].first:
            pending[-1].text = cells[column]
        cells[column] = cells[column] or pending[-1].text
    return cells
