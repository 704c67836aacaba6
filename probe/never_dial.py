"""Numbers that may never be dialled, in whatever spelling: emergency, counselling, premium, satellite, international.

The rule is telephony.md §6; the numbers are in `probe/data/never_dial.toml`. The directory, the plan and the line
itself each ask again. A number is read in every way in which a switch might read it, and one forbidden reading is
enough: a legitimate number refused costs a question, an emergency number dialled may cost a life.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from urllib.parse import unquote

import msgspec

from probe.numbering import Plan, plan


def refusal(number: str, *, country: str = "CN", area_code: str = "") -> str | None:
    """Why this number may never be dialled, as the key of its sentence (placeholder `number`), or None when it may.

    `number` is any spelling: as printed, E.164, national, with an outside-line prefix, with pauses and extensions,
    `tel:` or a `sip:` URI (whose user part counts, wherever its host is). `country` (ISO 3166) and `area_code` are the
    robot's. With an area code, seven or eight digits are a local subscriber ("86571110"); without one, the worst is
    supposed of them (86-571-110).
    """
    country = country.upper()
    numbering = plan(country) if country in _table().country else None
    for dialled, extension in _readings(number):
        if numbering is not None:
            reason = _by_table(dialled, country, numbering, area_code, extension)
        else:
            reason = _by_phonenumbers(dialled, country, area_code, extension)
        if reason is not None:
            return f"never_dial.{reason}"
    return None


def extension_refusal(keys: str, *, country: str = "CN", area_code: str = "") -> str | None:
    """The same of keys (`0-9*#`) that are pressed at a switchboard, which may pass them on: 1101 is a desk there, but
    110 is still the police, and so is 9#110."""
    pieces = [piece for piece in re.split(r"[*#]+", keys) if piece]
    readings = dict.fromkeys((*pieces, "".join(pieces), keys))
    found = (refusal(f"sip:{reading}@pbx", country=country, area_code=area_code) for reading in readings)
    return next(filter(None, found), None)


# ---- what a switch might read ----

_SCHEME = re.compile(r"(sips?|tel|callto)\s*:", re.IGNORECASE)
_PLAIN = re.compile(r"\+?\d+", re.ASCII)
_ROUNDS = 4  # of percent-decoding and folding: nobody encodes honestly more than once
_MARKS = {**dict.fromkeys(",;pPwW", ","), **dict.fromkeys("/\\|&、", "/"), **{char: char for char in "+*#"}}


def _readings(number: str) -> list[tuple[str, bool]]:
    """Every string of digits, `*` and `#` that this may be taken for ("+" written as "00"), and whether it could as
    well be an extension of a PBX, where 1101 is a desk and not the police."""
    if _PLAIN.fullmatch(number):  # one reading; a hundred thousand of these are asked about every day
        return [(_without_plus(number), False)]
    text = unicodedata.normalize("NFKC", number)
    for _ in range(_ROUNDS if "%" in text else 0):
        text = unicodedata.normalize("NFKC", unquote(text))
    first, *rest = _SCHEME.split(text)
    found = [(reading, False) for reading in _printed(first)]
    for scheme, body in zip(rest[::2], rest[1::2], strict=True):
        is_sip = scheme.lower().startswith("sip")
        for user in body.split("@")[:-1] or [body]:
            name = user.split(":")[0]  # what follows is a password, or the port of a URI without a user
            found += [(reading, is_sip) for reading in (_user(name) if is_sip else _printed(name))]
    return list(dict.fromkeys((_without_plus(reading), is_sip) for reading, is_sip in found if reading))


def _skeleton(text: str) -> str:
    """Digits of any script, `+*#` and three marks: "," a pause, "/" an alternative, "?" a letter. Spaces, dashes, dots,
    brackets and whatever else only decorates a number are dropped."""
    return "".join(map(_reduced, text))


@lru_cache(maxsize=1024)
def _reduced(char: str) -> str:
    if char in _MARKS:
        return _MARKS[char]
    value = unicodedata.numeric(char, -1)  # also 一, 〇 and Arabic-Indic digits
    if value in range(10):
        return str(int(value))
    return "?" if char.isalpha() else ""


def _printed(text: str) -> tuple[str, ...]:
    """What may be dialled of a printed number: all until the first mark, or everything straight through the marks."""
    skeleton = _skeleton(text).lstrip(",/?")
    return re.split("[,/?]", skeleton)[0], re.sub("[,/?]", "", skeleton)


def _user(text: str) -> tuple[str, ...]:
    """The same for the user of a SIP URI, where a name that has digits in it ("line110") is a name."""
    skeleton = _skeleton(text)
    until_mark = re.split("[,/?]", skeleton)[0]
    return (until_mark,) if "?" in skeleton else (until_mark, re.sub("[,/]", "", skeleton))


def _without_plus(reading: str) -> str:
    """A "+" says the same as "00"; after three digits it can only separate two numbers."""
    return re.sub(r"(?<=\d{3})\+.*", "", reading).replace("+", "00")


# ---- what is forbidden ----


class _Never(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: str
    numbers: tuple[str, ...]
    connects_early: bool = False

    @property
    def is_short(self) -> bool:
        return all(number.isdigit() and len(number) < 7 for number in self.numbers)


class _World(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    emergency: frozenset[str]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    world: _World
    country: dict[str, tuple[_Never, ...]]


@cache
def _table() -> _Table:
    return msgspec.toml.decode((files(__package__) / "data/never_dial.toml").read_bytes(), type=_Table)


@cache
def _patterns(country: str, numbering: Plan) -> tuple[tuple[str, re.Pattern[str], bool], ...]:
    """(reason, pattern over a reading, does it hold for extensions too) in the order in which they are tried."""
    service_code = r"(?:[*#]{1,9}\d{0,3}[*#]{0,9})?"  # #31#, *67
    front = f"{service_code}(?:{'|'.join(numbering.carrier)})?"
    area = f"(?:{numbering.area})"
    # No prefix may eat into a real number: where more digits may follow, 0912-2345678 is not "0", "9", "122…", nor is
    # +86-912-2345678 "0", "0869", "122…"; 0991-6012345 is not "099" and a premium number, 0998-6371110 not +86-371-110.
    home = f"{numbering.code}(?:0?{area}|0)?"
    early = f"{front}9*(?:0*|0{area}|00+{home})"
    short = f"{front}(?:[09]*|9*0{area}|9*(?:00+)?{home})"
    long = f"{front}9*(?:0*|0{area}|(?:00+)?{home})"
    abroad = f"{front}9*00+(?!0|{numbering.code})"
    table = [(never, f"(?:{'|'.join(never.numbers)})") for never in _table().country[country]]
    return (
        *((never.reason, re.compile(early + numbers), False) for never, numbers in table if never.connects_early),
        *(
            (never.reason, re.compile((short if never.is_short else long) + numbers + "(?:[*#].*)?$"), True)
            for never, numbers in table
        ),
        ("international", re.compile(abroad + r"\d"), False),
        ("international", re.compile(abroad + r"\d{7}"), True),  # "00" and fewer digits is an extension
    )


def _by_table(dialled: str, country: str, numbering: Plan, area_code: str, extension: bool) -> str | None:
    """The reason by our own table of a country."""
    if area_code and re.fullmatch(numbering.subscriber, dialled):
        return None
    fitting = (
        reason
        for reason, pattern, extensions_too in _patterns(country, numbering)
        if (extensions_too or not extension) and pattern.match(dialled)
    )
    return next(fitting, None)


def _by_phonenumbers(dialled: str, country: str, area_code: str, extension: bool) -> str | None:
    """The reason in a country for which we have no table: the world's emergency numbers and the library's knowledge."""
    import phonenumbers  # late: a line of a robot in China does without it

    national, reason = "", None
    try:
        parsed = phonenumbers.parse("+" + dialled[2:] if dialled.startswith("00") else dialled, country)
    except phonenumbers.NumberParseException:
        pass  # too short to be anything but a short code, which is looked at below
    else:
        national = phonenumbers.national_significant_number(parsed)
        if parsed.country_code != phonenumbers.country_code_for_region(country):
            reason = "international"
        elif phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.PREMIUM_RATE:
            reason = "premium"
    digits = {dialled.strip("*#"), national}
    digits |= {number.removeprefix(area_code.lstrip("0")) for number in digits}
    digits |= {number.lstrip("09") for number in digits} | {number[1:] for number in digits}
    if any(n in _table().world.emergency or phonenumbers.is_emergency_number(n, country) for n in digits if n):
        return "emergency"
    return None if reason == "international" and extension and len(dialled) < 9 else reason
