"""One telephone number as people write it → E.164, a short service code or a `sip:` URI."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from probe.dial.uri import parse_uri
from probe.errors import DialError, DirectoryError, RefusedError
from probe.hints import shown
from probe.never_dial import refusal
from probe.numbering import plan


class NotANumber(DirectoryError):
    """What is written is not one telephone number that can be dialled."""


_EXCEL_TEXT = re.compile(r'="([^"]*)"')  # how people keep Excel from eating a leading 0
_FLOAT = re.compile(r"(\d+)\.0+")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,2}")
_ALTERNATIVE = re.compile(r"[/、;,|\n]|\s*[或和及]\s*|(?<=\d{7})\s+(?=\d{7}|0\d{2,3}\b)")
_RANGE = re.compile(r"\d\s*[~至到]\s*\d")
_DASHED_RANGE = re.compile(r"(.*?\d{7,8})\s*-+\s*(?:0\d{2,3}\s*-?\s*)?\d{7,8}")
_SEPARATORS = re.compile(r"[\s().-]")
_EXTENSION = re.compile(r"(.*\d)\D*?(?:转|轉|分机|分機|内线|ext|x|#)\D*?\d{1,6}\D*", re.IGNORECASE)
_DASHED_EXTENSION = re.compile(r"(.*\d)\s*-+\s*\d{1,6}")
LONGEST_CELL = 500  # characters, of any cell
_SHORTEST_LOCAL = 7  # digits of a subscriber number in China; fewer are a short code or the tail of another number


def normalise(written: str, *, country: str, area_code: str) -> str:
    """The number as the robot keeps it. `country` (ISO 3166) and `area_code` are the robot's.

    RefusedError when it may never be dialled (before and after it is normalised), NotANumber for whatever is no number.
    """
    return _normalise(_bounded(written), country, area_code)


def _normalise(text: str, country: str, area_code: str) -> str:
    if not any(char.isalnum() for char in text):  # "-" stands for none
        raise NotANumber("directory.no_number")
    _refuse(text, text, country, area_code)
    number = _sip(text) if text.lower().startswith(("sip:", "sips:")) else _telephone(text, country, area_code)
    _refuse(number, text, country, area_code)
    return number


def several(written: str, *, country: str, area_code: str) -> tuple[tuple[str, str], ...]:
    """(as written, number) for each number in one cell: "0571-87250001/87250002" has two, in the same area.

    Errors as `normalise`, and NotANumber when a later one is only the tail of the first ("87250001/02").
    """
    text = _bounded(written)
    pieces = [piece for piece in map(str.strip, _ALTERNATIVE.split(text)) if piece]
    if text.lower().startswith("sip:"):
        pieces = [text]
    if len(pieces) < 2:
        return ((written.strip(), _normalise("".join(pieces), country, area_code)),)
    found: list[tuple[str, str]] = []
    for piece in pieces:
        if found and len(found[0][1]) >= _SHORTEST_LOCAL and len(re.sub(r"\D", "", piece)) < _SHORTEST_LOCAL:
            raise NotANumber("directory.tail", tail=shown(piece))
        area = _area_of(found[0][1]) or area_code if found else area_code
        found.append((piece, _normalise(piece, country, area)))
    return tuple(found)


def _bounded(written: str) -> str:
    if len(written) > LONGEST_CELL:
        raise NotANumber("directory.too_long", length=len(written), longest=LONGEST_CELL)
    return clean(written)


def clean(written: str) -> str:
    """Full-width and other digits as ASCII, dashes alike, invisible characters gone, Excel's wrappings taken off."""
    text = "".join(map(_plain, unicodedata.normalize("NFKC", written))).strip().lstrip("'’`")
    wrapped = _EXCEL_TEXT.fullmatch(text)
    whole = _FLOAT.fullmatch(text)
    return (wrapped or whole or [text, text])[1].strip()


@lru_cache(maxsize=1024)
def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Pd" or char == "−":
        return "-"
    if category in ("Cc", "Cf") and char not in "\n\t":
        return ""
    return str(unicodedata.decimal(char, char))


def _refuse(number: str, written: str, country: str, area_code: str) -> None:
    reason = refusal(number, country=country, area_code=area_code)
    if reason is not None:
        raise RefusedError(reason, number=shown(written.strip()))


def _sip(text: str) -> str:
    try:
        uri = parse_uri(text[:4].lower() + text[4:])
    except DialError:
        raise NotANumber("directory.bad_sip") from None
    if not uri.user:
        raise NotANumber("directory.bad_sip")
    return str(uri)


def _telephone(text: str, country: str, area_code: str) -> str:
    if _SCIENTIFIC.fullmatch(text):
        raise NotANumber("directory.scientific")
    if _RANGE.search(text):
        raise NotANumber("directory.range")
    if _EXTENSION.fullmatch(text):
        raise NotANumber("directory.extension")
    for dashed, key in ((_DASHED_RANGE, "directory.range"), (_DASHED_EXTENSION, "directory.extension")):
        match = dashed.fullmatch(text)  # 0571-8725-0001 looks like one, but 0571-8725 is no number
        main = _SEPARATORS.sub("", match[1]) if match else ""
        if len(main) >= _SHORTEST_LOCAL and _read(main, country, area_code) is not None:
            raise NotANumber(key)
    digits = _SEPARATORS.sub("", text)
    foreign = re.sub(r"[+\d]", "", digits)
    if foreign:
        raise NotANumber("directory.letters", found=shown(foreign))
    numbering = plan(country)
    if numbering is not None and re.fullmatch(numbering.subscriber, digits) and not area_code:
        raise NotANumber("directory.no_area_code")
    number = _read(digits, country, area_code)
    if number is None and re.fullmatch(r"[1-9]\d{0,5}", digits):
        raise NotANumber("directory.too_short", digits=digits)
    if number is None:
        raise NotANumber("directory.invalid", country=country)
    return number


def _read(digits: str, country: str, area_code: str) -> str | None:
    """E.164 or a short code, or None when the country has no such number."""
    numbering = plan(country)
    if numbering is None:
        valid_short = phonenumbers.shortnumberinfo.is_valid_short_number_for_region
        ways = (digits, f"{area_code}{digits}")
        return next(filter(None, (_e164(way, country) for way in ways)), None) or (
            digits if digits.isdigit() and valid_short(phonenumbers.parse(digits, country), country) else None
        )
    own_area = area_code.lstrip("0")
    if re.fullmatch(numbering.short, digits):
        return digits
    elsewhere = re.fullmatch(
        rf"(?:(?:\+|00){numbering.code}0?|0)(?P<area>{numbering.area})(?P<short>{numbering.short})", digits
    )
    if elsewhere:  # 0571-12345: the hotline of a city, which inside that city is dialled without the area code
        area, short = elsewhere["area"], elsewhere["short"]
        return str(short) if area == own_area else f"+{numbering.code}{area}{short}"
    if re.fullmatch(numbering.subscriber, digits):
        return _e164(f"0{own_area}{digits}", country) if own_area else None
    return _e164(digits, country)


def _e164(digits: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(number)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)) if valid else None


def _area_of(number: str) -> str:
    """The area code of an E.164 number, "" when it has none."""
    if not number.startswith("+"):
        return ""
    parsed = phonenumbers.parse(number)
    national = phonenumbers.national_significant_number(parsed)
    return str(national[: phonenumbers.length_of_geographical_area_code(parsed)])
