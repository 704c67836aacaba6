"""The page says what the figures say, in both languages, and holds no other resource than itself."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from probe import __version__
from probe.model import OUTCOME_OF, Call, Cause, Outcome
from probe.words import LANGUAGES, catalogue, words
from reports.compose import Report
from reports.html import percent, render
from tests.records import calls as any_calls
from tests.reports.district import hostile, report

HERE = Path(__file__).parent


def parsed(found: Report, lang: str = "zh") -> BeautifulSoup:
    return BeautifulSoup(render(found, lang), "html.parser")


def text(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def table(page: BeautifulSoup, name: str) -> list[list[str]]:
    """The body rows of a table as texts."""
    found = page.select_one(f"table.{name}")
    assert found is not None
    return [[text(cell) for cell in row.find_all(["th", "td"])] for row in found.select("tbody tr")]


def as_text(html: str) -> str:
    """What a reader reads, a line per piece of text; what changes with the program's version is left out."""
    page = BeautifulSoup(html, "html.parser")
    for tag in page.select("style, symbol"):
        tag.decompose()
    pieces = (" ".join(piece.split()) for piece in page.get_text("\n").splitlines())
    return "\n".join(piece for piece in pieces if piece).replace(__version__, "VERSION") + "\n"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_golden(lang: str) -> None:
    """Every word of a report is looked at before it changes: `python -m tests.reports.golden` writes the files anew."""
    golden = HERE / "golden" / f"day.{lang}.txt"
    assert as_text(render(report(), lang)) == golden.read_text(encoding="utf-8")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=st.lists(any_calls(), max_size=8), lang=st.sampled_from(LANGUAGES))
def test_the_tables_say_what_the_figures_say(made: list[Call], lang: str) -> None:
    found = report(made)
    page = parsed(found, lang)
    assert page.select(".figure data") == [] or found.total.connect.n
    if found.total.connect.n:
        figure = page.select_one(".figure data")
        assert figure is not None
        assert float(str(figure["value"])) == found.total.connect.share
        rows = table(page, "outcomes")
        for row, (outcome, rate) in zip(rows, found.total.outcomes.items(), strict=True):
            assert rate.share is not None
            assert row[0].startswith(words(f"names.outcome_{outcome}", lang))
            assert row[1:] == [str(rate.hits), percent(rate.share)]
    if not made:
        return
    lines = [row for row in table(page, "lines") if row[1:] and row[-1]]
    findings = [f for unit in found.units for f in unit.findings]
    for row, finding in zip(lines, findings, strict=True):
        connect = finding.line.figures.connect
        assert row[1].split()[0] == f"{connect.hits}/{connect.n}"
        if connect.interval is not None:
            assert connect.share is not None
            low, high = (percent(end, 0) for end in connect.interval)
            assert row[2] == f"{percent(connect.share)} {low}–{high}"
        assert row[4] == words(f"report.{finding.next_step}", lang)
    if found.total.excluded:
        excluded = [(words(f"names.cause_{cause}", lang), str(n)) for cause, n in found.total.excluded.items()]
        assert [(row[0], row[1]) for row in table(page, "excluded")] == excluded
    assert len(table(page, "calls")) == len(made)


def test_calls_are_told_with_all_that_is_known() -> None:
    rows = table(parsed(report()), "calls")
    assert rows[0] == [
        "03-02 09:00:00",
        "0571-87250001 余杭区人力资源和社会保障局 · 社保科",
        "占线 · 忙音 把握 95%",
        "0.5 秒",
        "5.0 秒",
        "第 2.1 秒起听到 450 Hz 忙音，连续 6 次 第 9.1 秒收到 SIP/2.0 486 Busy Here 录音",
    ]
    assert rows[6][2:] == [
        "已接听 · 人工接听 把握 90% · 第 1 次复拨",
        "0.6 秒",
        "5.0 秒",
        "接通后有人说“您好，社保科”，随后等待",
    ]
    assert rows[5][2:] == ["无法判定 · 中继故障 把握 95% · 未计入", "—", "—", "没有记录依据。"]


@pytest.mark.parametrize(
    ("share", "digits", "shown"),
    [
        (0, 1, "0%"),
        (1, 1, "100%"),
        (0.5, 1, "50%"),
        (0.625, 1, "62.5%"),
        (0.9999, 1, "99.9%"),
        (0.0001, 1, "0.1%"),
        (0.4999, 0, "50%"),
        (0.999, 0, "99%"),
        (0.001, 0, "1%"),
    ],
)
def test_all_and_none_are_said_only_of_all_and_none(share: float, digits: int, shown: str) -> None:
    assert percent(share, digits) == shown


class TestLanguages:
    @pytest.mark.parametrize("lang", LANGUAGES)
    @pytest.mark.parametrize("made", [None, [], hostile()])
    def test_every_part_is_in_the_language(self, lang: str, made: list[Call] | None) -> None:
        page = parsed(report(made), lang)
        assert page.html is not None
        assert page.html["lang"] == {"zh": "zh-CN", "en": "en"}[lang]
        for tag in page.select("bdi, style, title, time"):
            tag.decompose()
        han = re.findall(r"[\u4e00-\u9fff]", text(page))
        assert bool(han) is (lang == "zh"), han

    def test_every_sentence_of_the_catalogue_is_used_and_the_reverse(self) -> None:
        root = Path(str(files("reports")))
        sources = [*root.glob("*.py"), *root.glob("templates/*.html")]
        used = {
            key for path in sources for key in re.findall(r'"report\.([a-z0-9_]+)"', path.read_text(encoding="utf-8"))
        }
        conclusive = {cause for cause in Cause if OUTCOME_OF[cause] is not Outcome.INCONCLUSIVE}
        used |= {f"next_{cause}" for cause in conclusive} | {"next_nothing"}
        used |= {"outcomes", "appendix", "calls"}  # the contents
        used |= {f"excluded_{cause}" for cause in set(Cause) - conclusive}
        used |= {f"formula_{name}" for name in ("connect", "first", "wilson", "order", "pdd", "standard")}
        assert used == set(catalogue("report"))


class TestSelfContained:
    def test_nothing_is_loaded_and_nothing_runs(self) -> None:
        page = parsed(report(hostile(), title="<script>alert(1)</script>"))
        assert (
            page.find_all(["script", "link", "img", "iframe", "object", "embed", "audio", "video", "form", "base"])
            == []
        )
        assert {tag.name for tag in page.find_all(src=True)} == set()
        assert all(not name.startswith("on") for tag in page.find_all(True) for name in tag.attrs)
        assert all(re.match(r"#|recordings/", str(tag["href"])) for tag in parsed(report()).find_all(href=True))
        assert page.find_all(style=True) == [], "the policy would refuse them"

    def test_the_policy_allows_the_one_style_and_nothing_else(self) -> None:
        page = parsed(report())
        policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
        assert isinstance(policy, Tag)
        assert str(policy["content"]).startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in str(policy["content"])


class TestAccessible:
    def test_tables_have_captions_and_headers(self) -> None:
        page = parsed(report())
        for found in page.find_all("table"):
            assert found.caption is not None
            assert all(cell.get("scope") in {"col", "row", "rowgroup"} for cell in found.find_all("th"))
            assert all(row.find("th") for row in found.find_all("tr"))

    def test_pictures_are_named_or_hidden(self) -> None:
        for picture in parsed(report()).find_all("svg"):
            assert picture.get("aria-hidden") == "true" or picture.get("aria-label")

    def test_headings_are_in_order_and_links_lead_somewhere(self) -> None:
        page = parsed(report())
        levels = [int(tag.name[1]) for tag in page.find_all(re.compile(r"^h\d$"))]
        assert levels[0] == 1
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
        targets = {str(tag["id"]) for tag in page.find_all(id=True)}
        assert {str(tag["href"])[1:] for tag in page.select('a[href^="#"], use[href^="#"]')} <= targets

    def test_text_has_enough_contrast(self) -> None:
        """WCAG 2.2, 1.4.3: at least 4.5 : 1."""
        style = (Path(str(files("reports"))) / "templates/style.css").read_text(encoding="utf-8")
        colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{3,6});", style))

        def luminance(colour: str) -> float:
            digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
            parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
            r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
            return 0.2126 * r + 0.7152 * g + 0.0722 * b

        texts = {name for name in colours if name not in {"line", "rail", "paper", "ground"}}
        assert {"ink", "soft", "link", *Outcome} <= texts
        for name in texts:
            for ground in ("paper", "ground"):
                ratio = (luminance(colours[ground]) + 0.05) / (luminance(colours[name]) + 0.05)
                assert ratio >= (4.5 if ground == "paper" or name in {"ink", "soft", "link"} else 4), (
                    name,
                    ground,
                    ratio,
                )
