"""The page says what the figures say, in both languages, and holds no other resource than itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from probe import __version__
from probe.analyse.appendix import FORMULAS, WEIGHTING
from probe.model import Call, Cause
from probe.words import LANGUAGES, catalogue, words
from reports.html import render
from reports.report import Report
from reports.show import percent
from tests.records import call
from tests.records import calls as any_calls
from tests.reports import month
from tests.reports.district import hostile, report

HERE = Path(__file__).parent
PAGES = {"day": report, "month": month.monthly, "log": month.case_log, "incident": month.incident}
KINDS = {**PAGES, "unit": lambda lang="zh": month.monthly(lang=lang, unit="余杭区人力资源和社会保障局")}


def parsed(found: Report, lang: str = "zh") -> BeautifulSoup:
    return BeautifulSoup(render(found, lang), "html.parser")


@cache
def html(name: str, lang: str = "zh") -> str:
    """A page that many tests look at."""
    return render(KINDS[name](lang=lang), lang)


def page_of(name: str) -> BeautifulSoup:
    return BeautifulSoup(html(name), "html.parser")


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
    for tag in page.select("style"):
        tag.decompose()
    pieces = (" ".join(piece.split()) for piece in page.get_text("\n").splitlines())
    return "\n".join(piece for piece in pieces if piece).replace(__version__, "VERSION") + "\n"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_golden(name: str, lang: str) -> None:
    """Every word of a report is looked at before it changes: `python -m tests.reports.golden` writes the files anew."""
    golden = HERE / "golden" / f"{name}.{lang}.txt"
    assert as_text(html(name, lang)) == golden.read_text(encoding="utf-8")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=st.lists(any_calls(), max_size=8), lang=st.sampled_from(LANGUAGES))
def test_the_tables_say_what_the_figures_say(made: list[Call], lang: str) -> None:
    found = report(made)
    total = found.study.total
    page = parsed(found, lang)
    if total.connect.n:
        figure = page.select_one(".figure data")
        assert figure is not None
        assert float(str(figure["value"])) == total.connect.share
        for row, (result, rate) in zip(table(page, "outcomes"), total.results.items(), strict=True):
            assert row[0].startswith(words(f"figures.result_{result}", lang))
            assert row[1:3] == [str(rate.hits), percent(rate.share)]
    if not made:
        return
    lines = [row for row in table(page, "lines") if row[1:] and row[-1]]
    findings = [f for unit in found.units for f in unit.findings]
    for row, finding in zip(lines, findings, strict=True):
        connect = finding.line.summary.connect
        assert row[1].split()[0] == f"{connect.hits}/{connect.n}"
        if connect.n:
            assert row[2].startswith(percent(connect.share))
        assert row[4] == words(f"report.{finding.next_step}", lang)
    inconclusive = [(words(f"names.cause_{cause}", lang), str(n)) for cause, n in total.inconclusive.items()]
    if inconclusive:
        assert [(row[0], row[1]) for row in table(page, "excluded")] == inconclusive
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
        (None, 0, "—"),
    ],
)
def test_all_and_none_are_said_only_of_all_and_none(share: float | None, digits: int, shown: str) -> None:
    assert percent(share, digits) == shown


class TestWhatEachKindHolds:
    @pytest.mark.parametrize(
        ("name", "parts"),
        [
            ("day", "rate worst outcomes hours units others excluded appendix calls"),
            ("month", "rate worst news outcomes hours units sheet others excluded appendix"),
            ("unit", "rate worst news outcomes hours units others excluded appendix calls"),
            ("log", "log rate news outcomes others excluded appendix calls"),
            ("incident", "story log rate excluded appendix calls"),
        ],
    )
    def test_parts(self, name: str, parts: str) -> None:
        page = page_of(name)
        assert [str(tag["id"])[2:] for tag in page.select("h2")] == parts.split()

    def test_the_appendix_holds_every_formula_the_rules_and_the_commitment(self) -> None:
        page = text(page_of("month"))
        for formula in set(FORMULAS) - {WEIGHTING}:
            assert " ".join(words(f"figures.{formula}", "zh").split()) in page
        assert "9c" * 32 in page
        assert "a7" * 16 in page, "the seed of the period that is over"
        assert "期满后公布" in page
        assert "0.0.0+golden (830)" in page
        assert words("figures.formula_weights", "zh")[:12] not in page, "nothing is weighted"

    def test_whoever_computes_it_again_finds_what_the_intervals_and_grades_are_made_of(self) -> None:
        found = month.monthly()
        total, lines = found.study.total, found.study.appendix.lines.prior
        facts = {text(one.dt): text(one.dd) for one in parsed(found).select(".appendix dl div") if one.dt and one.dd}
        for name in ("connect", "prompt", "reached", "unclear"):
            rate = getattr(total, name)
            told = f"{words(f'figures.{name}', 'zh')} {rate.effective_n:.1f} (n={rate.n})"
            assert told in facts["区间所用的 n"]
        assert lines is not None
        assert facts["各号码接通率的先验分布"] == f"Beta({lines.a:.2f}, {lines.b:.2f})"
        assert "90 分起优秀，80 分起良好，60 分起合格" in facts["评分规则"]
        assert facts["凑不满三次的起点"] == f"{total.unfinished} 次"
        late = [call(ring_s=None, pdd_s=20.0)] * 20 + [call()] * 20
        assert "是否 15 秒内接听不明 20 次" in text(parsed(report(late)))

    def test_the_rank_is_named_after_what_it_is_of_and_valid_numbers_have_their_interval(self) -> None:
        page = page_of("month")
        assert "接通率名次" in [text(head) for head in page.select("table.sheet thead th")]
        assert text(page.select("table.spots caption")[0]).endswith("有效率 100% (76%–100%, 12/12)")
        assert text(parsed(report()).select("table.spots caption")[0]).endswith("· 样本不足")

    def test_an_hour_is_called_hard_only_when_the_calls_show_it(self) -> None:
        at = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)  # Monday, half past eight
        made = [call(at=at + timedelta(hours=hour)) for hour in (1, 2, 3) for _ in range(20)]
        hard = [call(Cause.BUSY_TONE if index < 8 else Cause.HUMAN, at=at) for index in range(12)]
        assert "最难打通的时段：周一 8 时（33%，区间 14%–61%，n=12）。" in text(parsed(report(made + hard)))
        for alike in (made, [*made, call(Cause.BUSY_TONE, at=at), *(call(at=at) for _ in range(5))]):
            page = text(parsed(report(alike)))
            assert "看不出哪个时段更难打通" in page
            assert "最难打通的时段：周" not in page

    def test_what_was_not_called_and_why(self) -> None:
        rows = table(page_of("month"), "undone")
        assert [row[:2] for row in rows] == [["错过", "36"], ["未安排", "12"], ["按规则不拨", "4"]]
        assert rows[0][2] == "例如：我方中继当时有故障"

    def test_news_are_new_still_open_and_recovered(self) -> None:
        page = page_of("month")
        groups = {str(tag["class"][0]): text(tag) for tag in page.select(".news > div")}
        assert list(groups) == ["new", "still", "recovered"]
        assert "疑似听筒未挂好" in groups["new"]
        assert "已逾期" in groups["still"]
        assert "已办结" in groups["recovered"]
        assert "护照签证" not in text(page.select_one(".news") or page), "a withdrawn incident is no news"

    def test_news_are_as_they_were_when_the_period_ended(self) -> None:
        """What was withdrawn later is no news either; what was settled later was open then, and says so."""
        found = month.monthly()
        later = found.until + timedelta(days=1)
        incidents = tuple(replace(one, closed_at=later) if one.closed_at else one for one in found.incidents)
        page = parsed(replace(found, incidents=incidents))
        groups = {str(tag["class"][0]): text(tag) for tag in page.select(".news > div")}
        assert "期后已办结（2026-04-02）" in groups["new"]
        assert "新出现 3 项" in groups["new"], "one of them withdrawn later would be the fourth"
        assert "15 秒内未接听" not in text(page.select_one(".news") or page)
        assert "期后已办结" not in text(parsed(found))

    def test_the_warning_of_the_calendar(self) -> None:
        assert "2026-05-20" in text(page_of("month").select_one(".warning") or Tag(name="p"))


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
        sources = [*root.glob("*.py"), *root.glob("templates/*"), *(root.parent / "probe" / "cli").glob("*.py")]
        used = {
            key for path in sources for key in re.findall(r'"report\.([a-z0-9_]+)"', path.read_text(encoding="utf-8"))
        }
        used |= {f"next_{cause}" for cause in Cause if f"excluded_{cause}" not in catalogue("report")}
        used |= {"next_nothing", "log", "subject", "subject_none", "low", "high"}
        used |= {f"excluded_{cause}" for cause in Cause if f"next_{cause}" not in catalogue("report")}
        used |= {f"title_{kind}" for kind in ("daily", "weekly", "monthly", "period")}
        used |= {f"weekday_{day}" for day in range(7)} | {f"news_{name}" for name in ("new", "still", "recovered")}
        used |= {f"undone_{state}" for state in ("missed", "refused", "dropped", "unplanned")}
        used |= {"outcomes", "hours", "units", "sheet", "others", "excluded", "appendix", "calls"}  # the contents
        assert used - {"html"} == set(catalogue("report"))


class TestSelfContained:
    @pytest.mark.parametrize("name", KINDS)
    def test_nothing_is_loaded_and_nothing_runs(self, name: str) -> None:
        for page in (page_of(name), parsed(report(hostile(), title="<script>alert(1)</script>"))):
            forbidden = ["script", "link", "iframe", "object", "embed", "audio", "video", "form", "base"]
            assert page.find_all(forbidden) == []
            assert all(str(tag["src"]).startswith("data:image/svg+xml;base64,") for tag in page.find_all(src=True))
            assert all(not attribute.startswith("on") for tag in page.find_all(True) for attribute in tag.attrs)
            assert page.find_all(style=True) == [], "the policy would refuse them"
        assert all(re.match(r"#|recordings/", str(tag["href"])) for tag in parsed(report()).find_all(href=True))

    def test_the_policy_allows_the_one_style_and_pictures_that_are_here(self) -> None:
        page = parsed(report())
        policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
        assert isinstance(policy, Tag)
        assert str(policy["content"]).startswith("default-src 'none'; img-src data:; style-src 'sha256-")
        assert "unsafe" not in str(policy["content"])


class TestAccessible:
    @pytest.mark.parametrize("name", KINDS)
    def test_tables_have_captions_and_headers(self, name: str) -> None:
        for found in page_of(name).find_all("table"):
            assert found.caption is not None
            assert all(cell.get("scope") in {"col", "row", "rowgroup"} for cell in found.find_all("th"))
            assert all(row.find("th") for row in found.find_all("tr"))

    @pytest.mark.parametrize("name", KINDS)
    def test_pictures_are_named_or_hidden(self, name: str) -> None:
        page = page_of(name)
        for picture in page.find_all("svg"):
            assert picture.get("aria-hidden") == "true" or picture.get("aria-label")
        assert all(len(str(picture["alt"])) > 10 for picture in page.find_all("img"))

    @pytest.mark.parametrize("name", KINDS)
    def test_headings_are_in_order_and_links_lead_somewhere(self, name: str) -> None:
        page = page_of(name)
        levels = [int(tag.name[1]) for tag in page.find_all(re.compile(r"^h\d$"))]
        assert levels[0] == 1
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
        ids = [str(tag["id"]) for tag in page.find_all(id=True)]
        assert len(ids) == len(set(ids))
        assert {str(tag["href"])[1:] for tag in page.select('a[href^="#"]')} <= set(ids)

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
        assert {"ink", "soft", "link", "person", "busy", "dead", "alarm"} <= texts
        for name in texts:
            for ground in ("paper", "ground"):
                ratio = (luminance(colours[ground]) + 0.05) / (luminance(colours[name]) + 0.05)
                strict = ground == "paper" or name in {"ink", "soft", "link"}
                assert ratio >= (4.5 if strict else 4), (name, ground, ratio)
