"""Telephone numbers for readers outside of the bureau: enough to tell two offices apart, too little to call one.

Four digits are hidden: of a fixed line the last four (0571-8725XXXX), of a mobile number the middle four
(138XXXX0001), as papers in China print them. Service codes (12345, 10086) belong to nobody and stay.
"""

from __future__ import annotations

import re
from functools import cache

from probe.numbering import plan

HIDDEN = "X"
HIDES = 4  # digits
_CHINA = "CN"
_MOBILE = re.compile(r"(1[3-9]\d)\d{4}(\d{4})")
_SERVICE = re.compile(r"([48]00)(\d{3})\d{4}")
_DATE = r"(?<!\d)20\d\d[-/.]?\d{2}[-/.]?\d{2}(?!\d)"
_IN_TEXT = re.compile(rf"(?P<date>{_DATE})|(?<!\d)\+?\d(?:[ -]?\d){{6,}}(?![\d{HIDDEN}])", re.ASCII)


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
    """A sentence with every number of seven digits and more masked in it; dates stay."""
    return _IN_TEXT.sub(lambda found: found[0] if found["date"] else _loose(found[0]), text)


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


def _loose(written: str) -> str:
    """As it is written, its last four digits hidden (of a mobile number the middle four)."""
    digits = re.sub(r"\D", "", written)
    national = digits.removeprefix("86") if len(digits) > 11 else digits
    after = HIDES if _MOBILE.fullmatch(national) else 0
    places = [found.start() for found in re.finditer(r"\d", written)]
    hidden = set(places[len(places) - HIDES - after : len(places) - after])
    return "".join(HIDDEN if place in hidden else char for place, char in enumerate(written))
