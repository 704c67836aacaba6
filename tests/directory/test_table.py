"""Files as people have them: any encoding, any separator, any spreadsheet; and files that are none."""

import io
import zipfile
from datetime import datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from probe.directory import Listing, parse, read
from probe.errors import DirectoryError
from probe.model import Number

ROWS = [
    ["单位", "科室", "号码", "服务", "工作时间", "责任人邮箱", "备注"],
    [
        "人社局",
        "就业科",
        "0571-87250001",
        "失业登记, 就业指导",
        "周一至周五 9:00-17:00",
        "a@example.cn",
        '说"你好"',
    ],
    ["医保局", "", "12345", "", "", "", ""],
]
EXPECTED = (
    Number(
        number="+8657187250001",
        written="0571-87250001",
        unit="人社局",
        department="就业科",
        service="失业登记, 就业指导",
        hours="周一至周五 9:00-17:00",
        owner_email="a@example.cn",
        note='说"你好"',
    ),
    Number(number="12345", written="12345", unit="医保局"),
)


def parsed(data: bytes, name: str = "numbers.csv") -> Listing:
    return parse(data, name, country="CN", area_code="0571")


def text(delimiter: str = ",", newline: str = "\r\n", rows: list[list[str]] = ROWS) -> str:
    quoted = ([f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows)
    return newline.join(delimiter.join(row) for row in quoted) + newline


def book(*sheets: list[list[object]], merge: str | None = None) -> openpyxl.Workbook:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for rows in sheets:
        sheet = workbook.create_sheet()
        for row in rows:
            sheet.append(row)
        if merge:
            sheet.merge_cells(merge)
    return workbook


def saved(workbook: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_csv(delimiter: str, encoding: str, newline: str) -> None:
    found = parsed(text(delimiter, newline).encode(encoding))
    assert (found.numbers, found.problems, found.notes) == (EXPECTED, (), ())


def test_xlsx() -> None:
    found = parsed(saved(book([list(row) for row in ROWS])), "numbers.xlsx")
    assert (found.numbers, found.problems, found.notes) == (EXPECTED, (), ())


def test_the_content_counts_and_not_the_files_name() -> None:
    assert parsed(text().encode(), "numbers.xlsx").numbers == EXPECTED
    assert parsed(saved(book([list(row) for row in ROWS])), "numbers.csv").numbers == EXPECTED


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    data = '某区服务电话一览表,,\n\n单位,号码,备注\n人社局,87250001,"第一行\n第二行"\n\n医保局,8725,\n'.encode()
    found = parsed(data)
    assert [(p.row, p.column, p.value) for p in found.problems] == [(6, "号码", "8725")]
    assert found.numbers[0].note == "第一行 第二行"


def test_headers_in_english_in_any_order_with_remarks() -> None:
    data = b"Note, E-mail ,PHONE NUMBER (required),Unit *\n,a@example.org,0571-87250001,Employment\n"
    number = parsed(data).numbers[0]
    assert (number.number, number.unit, number.owner_email) == ("+8657187250001", "Employment", "a@example.org")


@pytest.mark.parametrize(
    ("header", "unit", "department"),
    [("部门,电话", "甲", ""), ("单位,部门,电话", "甲", "乙"), ("部门,单位,电话", "乙", "甲")],
)
def test_a_department_stands_in_for_a_missing_unit(header: str, unit: str, department: str) -> None:
    row = "甲,12345" if header == "部门,电话" else "甲,乙,12345"
    number = parsed(f"{header}\n{row}\n".encode()).numbers[0]
    assert (number.unit, number.department) == (unit, department)


def test_cells_as_excel_keeps_them() -> None:
    rows: list[list[object]] = [
        ["单位", "号码", "工作时间", "备注"],
        ["甲", 87250001, time(9, 0), None],
        ["乙", 57187250002.0, datetime.fromisoformat("2026-11-24T09:00"), True],
        ["丙", "'0571-87250003", None, 3.5],
        ["丁", '="057187250004"', None, None],
    ]
    found = parsed(saved(book(rows)))
    assert [n.number[-1] for n in found.numbers] == ["1", "2", "3"]
    assert [(n.hours, n.note) for n in found.numbers] == [("09:00", ""), ("2026-11-24T09:00", "True"), ("", "3.5")]
    assert [(p.row, p.key) for p in found.problems] == [(5, "directory.no_number")]  # a formula that was never computed
    assert parsed('单位,号码\n丁,"=""057187250004"""\n'.encode()).numbers[0].number == "+8657187250004"


def test_a_unit_merged_over_its_departments() -> None:
    rows: list[list[object]] = [
        ["单位", "科室", "号码"],
        ["甲", "一", "87250001"],
        [None, "二", "87250002"],
        [None, "三", "87250003"],
    ]
    found = parsed(saved(book([*rows, [None, "四", "87250004"]], merge="A2:A4")))
    assert [(n.unit, n.department) for n in found.numbers] == [("甲", "一"), ("甲", "二"), ("甲", "三")]
    assert [(p.row, p.key) for p in found.problems] == [(5, "directory.no_unit")]  # empty, but not merged


def test_the_sheet_with_the_columns_is_read_and_others_like_it_are_named() -> None:
    wanted: list[list[object]] = [["单位", "号码"], ["甲", "12345"]]
    workbook = book([["说明"]], wanted, [["单位", "号码"], ["乙", "12333"]])
    found = parsed(saved(workbook))
    assert [n.unit for n in found.numbers] == ["甲"]
    assert [note.text("en") for note in found.notes] == [
        "row 1, Sheet2: this sheet looks like a directory too, but only 'Sheet1' is read"
    ]
    workbook.worksheets[1].sheet_state = "hidden"
    assert [n.unit for n in parsed(saved(workbook)).numbers] == ["乙"]


def test_a_stray_cell_at_the_end_of_the_sheet_costs_nothing() -> None:
    workbook = book([["单位", "号码"], ["甲", "12345"]])
    workbook.worksheets[0]["XFD300000"] = "x"
    found = parsed(saved(workbook))
    assert [n.unit for n in found.numbers] == ["甲"]


def test_notes_name_what_is_better_looked_at() -> None:
    found = parsed("单位,号码,责任人邮厢,地址\n甲,0571-87250001/87250002,x,y\n".encode())
    assert [n.written for n in found.numbers] == ["0571-87250001", "87250002"]
    assert [note.text("en") for note in found.notes] == [
        "row 1, 责任人邮厢: this column is not known and not read. Is it meant to be '责任人邮箱'?",
        "row 2, 号码 '0571-87250001/87250002': there are 2 numbers in one cell; each is taken",
    ]
    assert all(note.text("zh") for note in found.notes)


def broken_xlsx() -> dict[str, bytes]:
    whole = saved(book([list(row) for row in ROWS]))
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("hello.txt", "hello")
    damaged = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(damaged, "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part)[:200] if "sheet1" in part else old.read(part))
    return {"cut off": whole[:-400], "another zip": other.getvalue(), "sheet cut off": damaged.getvalue()}


@pytest.mark.parametrize("kind", ["cut off", "another zip", "sheet cut off"])
def test_broken_xlsx(kind: str) -> None:
    with pytest.raises(DirectoryError) as caught:
        parsed(broken_xlsx()[kind], "numbers.xlsx")
    assert caught.value.text("en") == (
        "numbers.xlsx is not a sound XLSX file. Open it in a spreadsheet program and save it as XLSX again"
    )


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (OLE + bytes(512), "directory.old_excel"),
        (OLE + bytes(64) + "EncryptedPackage".encode("utf-16-le"), "directory.password"),
        (b"", "directory.empty"),
        (b" \r\n\t", "directory.empty"),
        (b"\xef\xbb\xbf", "directory.no_header"),
        (b"%PDF-1.7\x00\x01", "directory.binary"),
        (b"\xff\xfe\x00", "directory.binary"),
        ("單位,號碼\n甲,12345\n".encode("big5"), "directory.no_header"),
        (b"<html><table><tr><td>x</td></tr></table>", "directory.no_header"),
    ],
)
def test_files_that_are_no_table(data: bytes, key: str) -> None:
    with pytest.raises(DirectoryError) as caught:
        parsed(data)
    assert caught.value.key == key
    assert "numbers.csv" in caught.value.text("zh")


def test_a_zip_bomb_is_not_unpacked() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/workbook.xml", "w") as part:
        for _ in range(61):
            part.write(bytes(10_000_000))
    with pytest.raises(DirectoryError) as caught:
        parsed(file.getvalue(), "numbers.xlsx")
    assert caught.value.key == "directory.too_big"


def test_read(tmp_path: Path) -> None:
    file = tmp_path / "numbers.csv"
    file.write_text(text(newline="\n"), encoding="gbk")
    assert read(file, country="CN", area_code="").numbers == EXPECTED


@pytest.mark.parametrize(("name", "key"), [("missing.csv", "directory.missing"), ("", "directory.unreadable")])
def test_read_what_cannot_be_read(tmp_path: Path, name: str, key: str) -> None:
    with pytest.raises(DirectoryError) as caught:
        read(tmp_path / name, country="CN", area_code="")
    assert caught.value.key == key
    assert str(tmp_path) in caught.value.text("zh")
    assert caught.value.exit_code == 4


TEXTS = st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from('",\n单位号码'), max_size=60)


@settings(deadline=None)
@given(st.binary(max_size=300) | TEXTS.map(str.encode))
@example(b"PK\x03\x04")
@example("单位,号码\n".encode())
@example(b"\xff\xfe")
def test_no_bytes_make_it_stumble(data: bytes) -> None:
    try:
        said = [problem.text("zh") for problem in parsed(data).problems]
    except DirectoryError as error:
        said = [error.text("zh")]
    assert all(line.isprintable() for line in said)
