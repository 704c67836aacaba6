"""No spelling of a forbidden number gets through, and no ordinary number is kept out."""

import re
import string
import subprocess
import sys
import tomllib
import unicodedata
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import probe
from probe.never_dial import _readings, refusal
from probe.numbering import plan
from probe.words import catalogue

DATA = tomllib.loads((Path(probe.__file__).parent / "data" / "never_dial.toml").read_text(encoding="utf-8"))
SAMPLES = ["16012345", "16899999", "13490000000", "13491234567", "17401234567", "17499999999"]
FORBIDDEN = [n for never in DATA["country"]["CN"] for n in never["numbers"] if n.isdigit()] + SAMPLES

# (written, reason): telephony.md §6, and every other way in which somebody might try
REFUSED = {
    "emergency": """110 119 120 122 999 112 911 12110 12395 12119 057112110 0571110 010-120 +86110 9110 0110 0086110
        +860110 0086012110
        86110 00110 +110 +860571110 0086571110 +86(0571)110 8657112110 99110 9,110 0,110 9-0571-110 110, 110p 110w#
        110,1 1,1,0 1p1p0 110;ext=5 110#1 110* 110转1 110/119 110、12345 1/1/0 1-1-0 1.1.0 (110) 1_1_0 1101234 12012345
        0571-1101234 １１０ ＋８６１１０ 一一〇 壹壹零 ①①⓪ ١١٠ ११० 𝟏𝟏𝟎 1⃣1⃣0⃣ 电话110 Tel.110 #31#110 *67110 **21*110#
        17951110 12593057112110 tel:110 TEL:110 tel:110;phone-context=+86 callto:110 sip:110@127.0.0.1
        SIP:110@[::1]:5060 sips:110@h sip:110 sip:110:5060 sip:110:secret@h sip:110;user=phone@h sip:1%31%30@127.0.0.1
        sip:%31%31%30@h sip:%2531%2531%2530@h sip:%EF%BC%91%EF%BC%91%EF%BC%90@h sip:１１０@h sip:9110@127.0.0.1
        sip:+86110@h sip:+8657112110@h sip:0571110@h sip:1-1-0@h sip:11,0@h <sip:110@h> "x"<sip:110@h>
        sip:110@a@b sip:sip:110@h sip:1001@a,sip:110@b 1\u200b10 1\u202e10 \ufeff110 1\u00ad10""",
    "counselling": "12355 12356 0571-12355 +8657112356 912355 sip:12355@h",
    "anti_fraud": "96110 0571-96110 996110 096110 +8696110 sip:96110@127.0.0.1",
    "premium": "16012345 16899999 0571-16812345 916812345 sip:16812345@h",
    "satellite": "13491234567 17401234567 +8613491234567 013491234567 17499999999 sip:+8613491234567@h",
    "international": """+15551234567 0015551234567 +85221234567 900442079460000
        sip:+15551234567@h sip:0015551234567@h tel:+442079460000""",
}
ALLOWED = """+8657187250110 057187251200 0571-87250110 010-12345 021-12345 12345 12333 95588 10086 10000 114 116114
    12580 11185 11183 12121 96345 4001101234 400-122-0119 400-120-0000 +864001191110 8008201190 13912345678 013912345678
    +8613911012012 15901101120 0912-2345678 09122345678 +869122345678 0911-2110120 0991-2110119 +869912110119
    909122345678 9057187250001 9013800000000 0871-66112345 010-61101101 02022110120 +862022110120 8657187250110
    sip:1001@127.0.0.1 sip:1101@10.0.0.1 sip:1100@pbx sip:1201@pbx sip:1199@pbx sip:alice@h sip:line110@h
    sip:*97@pbx sip:001@pbx sip:127.0.0.1:5060 sip:+8657187250110@h 0571-87250001转110 0571-87250001,110
    0571-87250001#120 1 12 () + sip: sip:@ tel:"""


@pytest.mark.parametrize(
    ("written", "reason"), [(written, reason) for reason, all_of in REFUSED.items() for written in all_of.split()]
)
def test_refused(written: str, reason: str) -> None:
    assert refusal(written) == f"never_dial.{reason}"


@pytest.mark.parametrize("written", ["110 120", "1 1 0", " 110 ", "110 或 119", "0571 - 110", "1\t1\n0", "1\xa010"])
def test_refused_with_blanks(written: str) -> None:
    assert refusal(written) == "never_dial.emergency"


@pytest.mark.parametrize("written", ALLOWED.split())
@pytest.mark.parametrize("area_code", ["", "0571", "571", "010"])
def test_allowed(written: str, area_code: str) -> None:
    assert refusal(written, area_code=area_code) is None


@pytest.mark.parametrize("written", ["86571110", "8612110", "8696110"])
def test_a_local_subscriber_is_told_from_a_country_code_by_the_robots_area(written: str) -> None:
    assert refusal(written, area_code="0571") is None  # 0571-86571110 is somebody's telephone
    assert refusal(written) is not None  # +86-571-110, for all we know
    assert refusal(f"+{written}", area_code="0571") is not None


@pytest.mark.parametrize(
    ("country", "written", "reason"),
    [
        ("US", "911", "emergency"),
        ("US", "9-911", "emergency"),
        ("US", "+1 911", "emergency"),
        ("US", "sip:911@127.0.0.1", "emergency"),
        ("US", "110", "emergency"),
        ("US", "1-900-555-0123", "premium"),
        ("US", "+442079460000", "international"),
        ("US", "011 44 20 7946 0000", "international"),
        ("US", "sip:+442079460000@h", "international"),
        ("US", "(212) 555-1911", None),
        ("US", "sip:1001@h", None),
        ("us", "sip:9111@h", None),
        ("GB", "999", "emergency"),
        ("GB", "9999", "emergency"),
        ("GB", "+44 999", "emergency"),
        ("GB", "020 7946 0999", None),
        ("GB", "+8657187250001", "international"),
        ("DE", "112", "emergency"),
        ("JP", "119", "emergency"),
        ("AU", "000", "emergency"),
        ("AU", "0 000", "emergency"),
    ],
)
def test_other_countries(country: str, written: str, reason: str | None) -> None:
    assert refusal(written, country=country) == (reason and f"never_dial.{reason}")


# ---- properties ----

ZEROS = "0０٠०𝟎〇⓪"  # digits 1 to 9 follow each but the last two


def in_script(digit: str, zero: str) -> str:
    if not digit.isdigit():
        return digit
    if zero == "〇":
        return "〇一二三四五六七八九"[int(digit)]
    if zero == "⓪":
        return "⓪①②③④⑤⑥⑦⑧⑨"[int(digit)]
    return chr(ord(zero) + int(digit))


AREAS = ["10", "20", "21", "29", "310", "512", "571", "755", "898", "911", "912", "919", "991", "990"]
SEPARATORS = [
    "",
    "",
    "",
    " ",
    "-",
    ".",
    "(",
    ")",
    "–",
    "—",
    "·",
    "\u200b",
    "\xa0",
    "\u3000",
    "_",
    "'",
    "\u2060",
    "\u20e3",
]
SUFFIXES = ["", "", ",", ",1", "p12", "w#1", "#", "*", ";ext=5", "x12", "转1", "/12345", "、87250001", " ", "\n"]


@st.composite
def decorated(draw: st.DrawFn) -> str:
    """A forbidden number behind prefixes, in any script, with separators and a suffix, plain or as a URI."""
    area = draw(st.sampled_from(AREAS))
    front = draw(
        st.sampled_from(
            ["", "9", "0", "90", "99", "00", "+", "+86", "0086", "86", "9+86", "90086", "17951", "*67", "#31#"]
            + [
                f"{before}{area}"
                for before in ("0", "90", "+86", "+860", "0086", "00860", "860", "86", "179510", "#31#0")
            ]
        )
    )
    zero = draw(st.sampled_from(ZEROS))
    digits = "".join(
        in_script(digit, zero) + draw(st.sampled_from(SEPARATORS)) for digit in front + draw(st.sampled_from(FORBIDDEN))
    )
    written = digits + draw(st.sampled_from(SUFFIXES))
    match draw(st.sampled_from(["plain", "plain", "tel", "sip", "encoded"])):
        case "plain":
            return written
        case "tel":
            return f"tel:{written}"
        case "sip":
            return f"sip:{written}@127.0.0.1:5060"
        case _:
            return f"sip:{quote(written, safe='')}@127.0.0.1"


@settings(deadline=None)
@given(decorated())
@example("0571-110,1")
def test_no_decoration_gets_a_forbidden_number_through(written: str) -> None:
    assert refusal(written) is not None


REAL_AREAS = ["10", *map(str, range(20, 30)), *(str(area) for area in range(310, 1000) if area not in (400, 800))]
SHORT_CODES = [number for number in FORBIDDEN if len(number) < 6]
MOBILE = r"1(?:3[0-35-9]|4[5-9]|5[0-35-9]|66|7[0-35-8]|8[0-9]|9[0-9])[0-9]{8}|134[0-8][0-9]{7}"


@st.composite
def ordinary(draw: st.DrawFn) -> str:
    """A subscriber, mobile or 400 number, as people write it."""
    area = draw(st.sampled_from(REAL_AREAS))
    local = draw(st.from_regex(r"[2-8][0-9]{6,7}", fullmatch=True))
    if ending := draw(st.sampled_from(["", "", *SHORT_CODES])):
        local = local[: -len(ending)] + ending
    mobile = draw(st.from_regex(MOBILE, fullmatch=True))
    service = draw(st.from_regex(r"[48]00[0-9]{7}", fullmatch=True))
    fronts = {
        f"{area}{local}": ("0", "+86", "0086", "86", "90", "990", "179510", "+860"),
        mobile: ("", "0", "9", "+86", "0086", "86"),
        service: ("", "9", "+86"),
    }
    national = draw(st.sampled_from(sorted(fronts)))
    number = draw(st.sampled_from(fronts[national])) + national
    return "".join(char + draw(st.sampled_from(["", "", "", "-", " "])) for char in number)


@settings(deadline=None)
@given(ordinary())
@example("0912-2345678")
@example("+86 912 2345678")
@example("400-110-1234")
@example("0991 2110110")
@example("0991-6012345")
@example("0998-6371110")
@example("0990-2012110")
@example("9-0991-6812345")
def test_no_ordinary_number_is_refused(written: str) -> None:
    assert refusal(written) is None
    assert refusal(written, area_code="0571") is None


@settings(deadline=None)
@given(st.from_regex(r"[2-8][0-9]{6,7}", fullmatch=True), st.sampled_from(REAL_AREAS))
def test_no_local_number_is_refused(local: str, area: str) -> None:
    assert refusal(local, area_code=f"0{area}") is None


@settings(deadline=None)
@given(st.text(alphabet=st.characters() | st.sampled_from("019+*#,;:@%/sip<>"), max_size=40))
def test_nothing_makes_it_stumble(written: str) -> None:
    assert refusal(written) is None or refusal(written) in {
        f"never_dial.{reason}" for reason in catalogue("never_dial")
    }


@pytest.mark.parametrize("unit", ["*", "#", "0", "9", "%25", "sip:", "@", "+", "1,", "/", "86"])
def test_very_long_ones_are_read_in_linear_time(unit: str) -> None:
    refusal(unit * 50_000)
    refusal(f"sip:{unit * 50_000}@h")


# ---- the data ----


def test_every_reason_has_a_sentence_and_every_sentence_a_reason() -> None:
    reasons = {never["reason"] for never in DATA["country"]["CN"]} | {"international"}
    assert reasons == set(catalogue("never_dial"))


def test_the_numbers_of_the_rule_are_in_the_table() -> None:
    assert {"110", "119", "120", "122", "999", "112", "911", "12110", "12395", "12119"} <= set(FORBIDDEN)
    for never in DATA["country"]["CN"]:
        for number in never["numbers"]:
            re.compile(number)
    assert plan("CN") is plan("cn") is not None
    assert plan("US") is None


def test_scripts_of_the_tests_are_what_they_seem() -> None:
    for zero in ZEROS[:5]:
        digits = unicodedata.normalize("NFKC", "".join(in_script(digit, zero) for digit in string.digits))
        assert [unicodedata.decimal(digit) for digit in digits] == list(range(10))


def test_it_is_light_for_a_line() -> None:
    """A line asks it too, and there may be sixty of them."""
    code = "import sys; from probe.never_dial import refusal; refusal('110'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "phonenumbers" not in loaded


@given(st.from_regex(r"\+?[0-9]{1,20}", fullmatch=True))
def test_a_plain_number_is_read_as_one_that_is_looked_at_closely(number: str) -> None:
    assert _readings(number) == _readings(f" {number}")
