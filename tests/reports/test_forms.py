"""Hostile text is inert in every form: a browser, a mail program, a spreadsheet or a PDF reader carries nothing out."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from email import message_from_bytes, policy

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from probe.errors import ReportError
from probe.harmless import BIDI_CONTROLS, CELL_LIMIT, FORMULA
from probe.model import Call
from probe.words import LANGUAGES
from reports.forms import FORMS, form_of
from reports.table import text
from tests.records import HOSTILE, texts
from tests.records import calls as any_calls
from tests.reports.district import hostile, report

FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ACTIVE = ["script", "iframe", "object", "embed", "form", "base", "link", "svg"]


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def invisible(shown: str) -> set[str]:
    return {char for char in shown if ord(char) in BIDI_CONTROLS or char in "\x00\x07\x1b"}


class TestMail:
    @FEW
    @given(made=st.lists(any_calls(), min_size=1, max_size=6), lang=st.sampled_from(LANGUAGES))
    def test_nothing_in_a_mail_acts(self, made: list[Call], lang: str) -> None:
        message = message_from_bytes(FORMS[".eml"](report(made), lang), policy=policy.default)
        page = message.get_body(("html",))
        plain = message.get_body(("plain",))
        assert page is not None
        assert plain is not None
        html = page.get_content()
        soup = BeautifulSoup(html, "html.parser")
        assert soup.find_all([*ACTIVE, "style"]) == []
        assert all(not name.startswith("on") for tag in soup.find_all(True) for name in tag.attrs)
        assert all(str(tag["src"]).startswith("cid:") for tag in soup.find_all(src=True))
        assert soup.find_all(href=True) == []
        assert invisible(html) == invisible(plain.get_content()) == set()

    def test_headers_are_not_split_by_a_name(self) -> None:
        evil = "局\r\nBcc: everybody@example.org"
        message = message_from_bytes(FORMS[".eml"](report(title=evil), "zh"), policy=policy.default)
        assert message["Bcc"] is None
        assert message["Subject"].startswith("【通不通】局 Bcc:")


class TestWorkbook:
    @FEW
    @given(made=st.lists(any_calls(), min_size=1, max_size=6), lang=st.sampled_from(LANGUAGES))
    def test_no_cell_is_a_formula_or_a_link(self, made: list[Call], lang: str) -> None:
        book = load_workbook(io.BytesIO(FORMS[".xlsx"](report(made), lang)))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert not [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink]
        assert not invisible("".join(str(cell.value) for cell in cells))
        names = [cell.value for cell in cells if isinstance(cell.value, str) and cell.value.startswith("=")]
        assert all(cell.data_type == "s" for cell in cells if cell.value in names)

    def test_it_holds_no_macro_and_nothing_outside(self) -> None:
        with zipfile.ZipFile(io.BytesIO(FORMS[".xlsx"](report(hostile()), "zh"))) as file:
            assert not [name for name in file.namelist() if "vba" in name or "external" in name or "drawing" in name]


class TestTable:
    @FEW
    @given(made=st.lists(any_calls(), min_size=1, max_size=6), lang=st.sampled_from(LANGUAGES))
    def test_no_cell_is_carried_out(self, made: list[Call], lang: str) -> None:
        found = rows(FORMS[".csv"](report(made), lang))
        assert len({len(row) for row in found}) == 1, "no name breaks a row"
        assert not [cell for row in found for cell in row if cell.startswith(FORMULA)]
        assert not invisible("".join(cell for row in found for cell in row))

    @given(value=st.one_of(texts(), st.text()))
    def test_a_cell_is_not_longer_than_a_reader_reads(self, value: str) -> None:
        assert len(text(value)) <= CELL_LIMIT

    def test_a_formula_begins_with_a_quote(self) -> None:
        attack = next(name for name in HOSTILE if name.startswith("="))
        assert any(cell == f"'{attack}" for row in rows(FORMS[".csv"](report(hostile()), "zh")) for cell in row)


class TestPdf:
    def test_it_holds_text_pictures_and_its_fonts_only(self) -> None:
        file = PdfReader(io.BytesIO(FORMS[".pdf"](report(hostile()[:5], title=HOSTILE[0]), "zh")))
        found = [file.get_object(number) for number in range(1, len(file.xref_objStm) + len(file.xref.get(0, ())) + 1)]
        held = [one for one in found if isinstance(one, DictionaryObject)]
        assert len(held) > 50
        active = {"/JS", "/JavaScript", "/OpenAction", "/AA", "/EmbeddedFiles", "/AcroForm", "/XFA"}
        assert not [one for one in held if active & set(one)]
        assert {str(one.get("/S")) for one in held if "/URI" in one or one.get("/Type") == "/Action"} <= {"None"}
        fonts = [one for one in held if one.get("/Type") == "/FontDescriptor"]
        assert any("CJK" in str(font["/FontName"]) for font in fonts)
        assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font) for font in fonts), "each is embedded"
        words = file.pages[0].extract_text()
        assert "<script>alert(1)</script>" in words, "shown as text"
        assert "最需要处理的线路" in words


class TestJson:
    @FEW
    @given(made=st.lists(any_calls(), max_size=6))
    def test_it_is_json_whatever_the_names_are(self, made: list[Call]) -> None:
        found = json.loads(FORMS[".json"](report(made), "zh"))
        assert len(found["calls"]) == len(made)


@pytest.mark.parametrize("name", ["report", "report.doc", "report.html.exe", "r.\u202elmth", "." + "x" * 5000])
def test_an_unknown_form_is_told_with_those_there_are(name: str) -> None:
    with pytest.raises(ReportError) as caught:
        form_of(name)
    assert ".xlsx" in caught.value.text("zh")
    assert len(caught.value.text("zh")) < 400


@pytest.mark.parametrize("name", ["r.html", "R.HTML", "a.b.pdf", "报告.xlsx"])
def test_known_forms(name: str) -> None:
    assert callable(form_of(name))
