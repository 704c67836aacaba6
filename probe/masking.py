"""Telephone numbers for readers outside of the bureau: enough to tell two offices apart, too little to call one.

Four digits are hidden: of a fixed line the last four (0571-8725XXXX), of a mobile number the middle four
(138XXXX0001), as papers in China print them. Service codes (12345, 10086) belong to nobody and stay.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from probe.numbering import plan

HIDDEN = "X"
HIDES = 4  # digits
_CHINA = "CN"
_MOBILE = re.compile(r"(1[3-9]\d)\d{4}(\d{4})")
_SERVICE = re.compile(r"([48]00)(\d{3})\d{4}")
_PREFIX = re.compile(r"\A0*86")
LEAST, MOST = 7, 13  # digits of one number in a text, without China's prefix; of fewer it is none, of more several
_WHOLE = 11  # digits in one piece that are a whole number, whatever stands before them
_SPACE, _MARK = r"[^\S\n]", r"[-‐‑‒–—―−－/\\_~～*()（）]"
_BETWEEN = rf"(?:{_SPACE}?{_MARK}{_SPACE}?|{_SPACE}|[.·•\ufffd])?"  # digits of one number
_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_DATE = rf"(?<!\d)20[2-4]\d(?:(?P<gap>[-/.])(?:{_MONTH}|[1-9])(?P=gap)(?:{_DAY}|[1-9])|{_MONTH}{_DAY})(?!\d)"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_ADDRESS = rf"(?<![\d.])(?:{_OCTET}\.){{3}}{_OCTET}(?![\d.])"
_IN_TEXT = re.compile(
    rf"(?P<other>{_DATE}|{_ADDRESS})"
    rf"|(?<!\d)\+?\d(?:{_BETWEEN}(?!{_ADDRESS})\d){{{LEAST - 1},}}+(?!{_BETWEEN}{HIDDEN * HIDES})"
)


def masked(number: str) -> str:
    """A number of the directory (E.164, a short code, a `sip:` URI) with four digits hidden; masked again it stays.

    Of a `sip:` URI nothing but the scheme stays, of what is no number no digit does.
    """
    if number.lower().startswith(("sip:", "sips:")):
        return f"{number.partition(':')[0].lower()}:{HIDDEN * HIDES}"
    numbering = plan(_CHINA)
    if numbering is not None and re.fullmatch(numbering.short, number, re.ASCII):
        return number
    if re.fullmatch(r"\+86\d{7,12}", number, re.ASCII):
        return _chinese(number[3:])
    if re.fullmatch(r"\+?\d{7,15}", number, re.ASCII):
        return number[:-HIDES] + HIDDEN * HIDES
    return re.sub(r"\d", HIDDEN, number)


def masked_text(text: str) -> str:
    """A sentence with every number of seven digits and more masked in it, however it is grouped; dates stay."""
    return _IN_TEXT.sub(lambda found: found[0] if found["other"] else _each(found[0]), text)


def without_numbers(text: str, instead: str) -> str:
    """A sentence with `instead` in place of each of them: nobody needs to tell them apart."""
    return _IN_TEXT.sub(lambda found: found[0] if found["other"] else instead, text)


def _chinese(national: str) -> str:
    if found := _MOBILE.fullmatch(national):
        return f"{found[1]}{HIDDEN * HIDES}{found[2]}"
    if found := _SERVICE.fullmatch(national):
        return f"{found[1]}-{found[2]}-{HIDDEN * HIDES}"
    if found := _fixed().fullmatch(national):
        return f"0{found[1]}-{found[2][:-HIDES]}{HIDDEN * HIDES}"
    return f"{national[:-HIDES]}{HIDDEN * HIDES}"


@cache
def _fixed() -> re.Pattern[str]:
    numbering = plan(_CHINA)
    assert numbering is not None  # it comes with the program
    return re.compile(f"({numbering.area})({numbering.subscriber})", re.ASCII)


def _each(written: str) -> str:
    """Digits that may be several numbers, one behind the other: seven in one piece end one."""
    out, begin = "", 0
    for piece in re.finditer(rf"\d{{{LEAST},}}", written):
        before = written[begin : piece.start()]
        if len(_national(before)) >= LEAST:
            out += _loose(before) + _loose(piece[0])
        elif len(piece[0]) >= _WHOLE:
            out += before + _loose(piece[0])
        else:
            out += _loose(before + piece[0])
        begin = piece.end()
    rest = written[begin:]
    return out + (_loose(rest) if len(_national(rest)) >= LEAST else rest)


def _national(written: str) -> str:
    """Its digits, in whatever script, without China's prefix."""
    digits = "".join(str(unicodedata.digit(char)) for char in written if char.isdecimal())
    return _PREFIX.sub("", digits, count=1) if len(digits) > _WHOLE else digits


def _loose(written: str) -> str:
    """As it is written, its last four digits hidden (of a mobile number the middle four; of too many, all)."""
    national = _national(written)
    places = [place for place, char in enumerate(written) if char.isdecimal()]
    if len(national) > MOST:
        hidden = set(places)
    else:
        after = HIDES if _MOBILE.fullmatch(national) else 0
        hidden = set(places[len(places) - HIDES - after : len(places) - after])
    return "".join(HIDDEN if place in hidden else char for place, char in enumerate(written))
