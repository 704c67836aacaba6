"""How people write telephone numbers, and what the robot makes of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probe.directory import NotANumber, normalise
from probe.directory.number import several
from probe.errors import ProbeError, RefusedError

ME = "+8657187250001"
WRITTEN = {
    ME: """87250001|0571-87250001|(0571) 8725 0001|（０５７１）８７２５０００１|+86 571 8725 0001|8657187250001
        |+86 (0)571-87250001|0086-571-87250001|57187250001|87250001.0|57187250001.0|="057187250001"|'0571-87250001
        |’87250001|0571—87250001
        |0571－8725－0001|0571.8725.0001|  87250001  |٠٥٧١٨٧٢٥٠٠٠١|\ufeff87250001|8725\u200b0001|+86-0571-87250001""",
    "+861062340001": "010-62340001|(010)62340001|+86 10 6234 0001|1062340001",
    "+869122345678": "0912-2345678|+86 912 2345678",
    "+8613812345678": "138 1234 5678|13812345678|+86-138-1234-5678|013812345678|13812345678.0",
    "+864001101234": "400-110-1234|4001101234|400 1101234",
    "+868008201234": "800-820-1234",
    "12345": "12345|0571-12345|(0571)12345|+86 571 12345|１２３４５",
    "12333": "12333",
    "114": "114",
    "10086": "10086|10086.0",
    "95588": "95588",
    "96345": "96345",
    "116114": "116114",
    "+862112345": "021-12345|+86 21 12345",
    "sip:1001@192.0.2.10": "sip:1001@192.0.2.10|SIP:1001@192.0.2.10| sip:1001@192.0.2.10 ",
    "sip:1001@pbx.example:5080": "sip:1001@pbx.example:5080|Sip:1001@PBX.example:5080",
    "sip:+8657187250001@127.0.0.1": "sip:+8657187250001@127.0.0.1",
}
WRONG = {
    "directory.no_number": ["", " ", "-", "——", "\u200b", "()", '=""'],
    "directory.invalid": ["0571-8725000", "0571-872500011", "1381234567", "138123456789", "87250001999", "+861"],
    "directory.too_long": ["1转" * 251, "9" * 501],
    "directory.too_short": ["8001", "1", "872500"],
    "directory.letters": ["abc", "87250001（值班）", "电话87250001", "张三 13812345678", "0571-8725OOO1", "8725*0001"],
    "directory.scientific": ["5.71873E+10", "8.7e7", "5.7187250001E+10"],
    "directory.extension": ["87250001转8001", "0571-87250001-8001", "87250001-1", "87250001 ext. 12",
                            "87250001x12", "87250001分机8001", "87250001#12", "8725-0001-12", "400-110-1234转1",
                            "010-62340001 内线 3"],
    "directory.range": ["87250001-87250003", "0571-87250001~3", "87250001至87250003", "87250001～87250003",
                        "0571-87250001-0571-87250003"],
    "directory.bad_sip": ["sip:", "sip:10.0.0.1", "sip:1001@", "sips:1001@h", "sip:1001@h;transport=tcp", "sip:a@h?x=1",
                          "sip:1001@h:99999", "sip:10%30@h", "sip:a b@h", "sip:1001:secret@h", "sip:é@h"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("written", "number"),
    [(written, number) for number, all_of in WRITTEN.items() for written in all_of.split("|")],
)
def test_normalised(written: str, number: str) -> None:
    assert normalise(written, country="CN", area_code="0571") == number


@pytest.mark.parametrize(("key", "written"), [(key, written) for key, all_of in WRONG.items() for written in all_of])
def test_not_a_number(key: str, written: str) -> None:
    with pytest.raises(NotANumber) as caught:
        normalise(written, country="CN", area_code="0571")
    assert caught.value.key == key
    assert caught.value.text("zh")


@pytest.mark.parametrize(
    "written", ["110", "0571-110", "１１０", "sip:110@127.0.0.1", "96110", "+1 555 123 4567", "110转1"]
)
def test_never_dialled(written: str) -> None:
    with pytest.raises(RefusedError) as caught:
        normalise(written, country="CN", area_code="0571")
    assert caught.value.values["number"]
    assert caught.value.text("zh")


def test_without_an_area_code_a_local_number_is_not_guessed() -> None:
    with pytest.raises(NotANumber) as caught:
        normalise("87250001", country="CN", area_code="")
    assert caught.value.key == "directory.no_area_code"
    assert normalise("0571-87250001", country="CN", area_code="") == ME
    assert normalise("0571-12345", country="CN", area_code="") == "+8657112345"


def test_the_area_code_may_lack_its_zero() -> None:
    assert normalise("87250001", country="CN", area_code="571") == ME


@pytest.mark.parametrize(
    ("country", "area_code", "written", "number"),
    [
        ("US", "", "(212) 555-1234", "+12125551234"),
        ("US", "212", "555-1234", "+12125551234"),
        ("US", "", "311", "311"),
        ("GB", "", "020 7946 0000", "+442079460000"),
        ("GB", "020", "7946 0000", "+442079460000"),
        ("HK", "", "2123 4567", "+85221234567"),
    ],
)
def test_other_countries(country: str, area_code: str, written: str, number: str) -> None:
    assert normalise(written, country=country, area_code=area_code) == number


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("0571-87250001/87250002", [ME, "+8657187250002"]),
        ("87250001、87250002", [ME, "+8657187250002"]),
        ("87250001;87250002；87250003", [ME, "+8657187250002", "+8657187250003"]),
        ("87250001\n87250002", [ME, "+8657187250002"]),
        ("87250001 87250002", [ME, "+8657187250002"]),
        ("87250001或13812345678", [ME, "+8613812345678"]),
        ("021-62340001/62340002", ["+862162340001", "+862162340002"]),  # the second is in Shanghai too
        ("87250001/021-62340001/87250002", [ME, "+862162340001", "+8657187250002"]),
        ("12345/12333", ["12345", "12333"]),
        ("87250001/", [ME]),
        ("sip:1001@192.0.2.10", ["sip:1001@192.0.2.10"]),
    ],
)
def test_several_in_one_cell(written: str, numbers: list[str]) -> None:
    assert [number for _, number in several(written, country="CN", area_code="0571")] == numbers


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("87250001/02", "directory.tail"),
        ("87250001/2", "directory.tail"),
        ("87250001/10086", "directory.tail"),  # 10086, or 87210086?
        ("87250001/110", "directory.tail"),
        ("110/87250001", "never_dial.emergency"),
        ("12345/110", "never_dial.emergency"),
        ("87250001/abc/87250002", "directory.tail"),
        ("87250001转1/2", "directory.extension"),
    ],
)
def test_several_of_which_one_is_wrong(written: str, key: str) -> None:
    with pytest.raises(ProbeError) as caught:
        several(written, country="CN", area_code="0571")
    assert caught.value.key == key


AREAS = {"10": 8, "21": 8, "571": 8, "572": 7, "912": 7, "755": 8, "991": 7}  # area code → digits of its numbers


@st.composite
def decorated(draw: st.DrawFn) -> tuple[str, str]:
    """(a number as somebody may write it, in E.164)"""
    area = draw(st.sampled_from(sorted(AREAS)))
    local = draw(st.from_regex(rf"(?!800)[2-8][0-9]{{{AREAS[area] - 1}}}", fullmatch=True))  # 010-800… is not assigned
    front = draw(st.sampled_from(["0", "+86", "0086", "+86 0", "'0"]))
    between, within = draw(st.sampled_from(["", " ", "-", "—", ".", "\xa0"])), draw(st.sampled_from(["", " ", "-"]))
    written = f"{front}{area}{between}{local[:4]}{within}{local[4:]}"
    wide = draw(st.booleans())
    return "".join(chr(ord(c) + 0xFEE0) if wide and c.isdigit() else c for c in written), f"+86{area}{local}"


@settings(deadline=None)
@given(decorated())
def test_decoration_changes_nothing(pair: tuple[str, str]) -> None:
    written, number = pair
    assert normalise(written, country="CN", area_code="0571") == number
    assert normalise(number, country="CN", area_code="0571") == number


@settings(deadline=None)
@given(st.text(alphabet=st.characters() | st.sampled_from("0123456789+-()/、转 sip:@"), max_size=30))
def test_nothing_makes_it_stumble(written: str) -> None:
    """Whatever is written, it is a mistake with a sentence, or a number that stays as it is when read again."""
    try:
        number = normalise(written, country="CN", area_code="0571")
    except ProbeError as error:
        said = error.text("zh")
    else:
        said = normalise(number, country="CN", area_code="0571")
        assert said == number
    assert said
