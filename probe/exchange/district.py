"""The practice district: fictitious offices, how each behaves when it is called, and what an honest robot says of it.

`district.yaml` beside this file is the one that is shipped; its head says how to write another.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
import yaml

from probe.errors import ExchangeError
from probe.exchange import script
from probe.exchange.acts import Step
from probe.model import OUTCOME_OF, Blame, Cause, Outcome

SHIPPED = Path(str(files(__package__) / "district.yaml"))
HEADERS = ("单位", "科室", "号码", "服务", "工作时间", "责任人邮箱")

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Digits = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{2,15}$")]
Code = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,5}$")]
T = TypeVar("T", bound=msgspec.Struct)


class Expect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an honest robot says of a call; `blame` only where it is certain."""

    outcome: Outcome
    cause: Cause
    blame: Blame | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One number of the district. What has a default is the district's unless the entry says otherwise."""

    unit: Text
    department: Text
    service: Text
    number: Digits  # without area code
    behaviour: Text  # a short name, to count and to find it by
    story: Annotated[dict[Literal["zh", "en"], Text], msgspec.Meta(min_length=2)]  # one sentence in each language
    acts: tuple[Step, ...]
    expect: Expect
    country: Code = "86"
    area: Code = "571"
    hours: str = ""
    email: str = ""

    @property
    def national(self) -> str:
        """As a directory prints it: "0571-87250001"."""
        return f"0{self.area}-{self.number}"

    @property
    def e164(self) -> str:
        """As the robot knows it: "+8657187250001"."""
        return f"+{self.country}{self.area}{self.number}"


class District(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All numbers of an exchange, and who may call them."""

    entries: tuple[Entry, ...]
    country: Code = "86"
    area: Code = "571"
    hours: str = ""
    email: str = ""
    users: dict[Text, str] = {}  # name → password; none lets everybody in
    challenge: Literal[401, 407] = 401  # how a password is asked for

    @cached_property
    def _spellings(self) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for one in self.entries:
            here = f"{one.country}{one.area}"
            for prefix in ("", one.area, f"0{one.area}", here, f"00{here}"):
                found.setdefault(prefix + one.number, one)
        return found

    def find(self, dialled: str) -> Entry | None:
        """The entry that a dialled number (the user part of a Request-URI) means: local, national or international."""
        digits, _, _ = dialled.partition(";")  # "…;phone-context=" belongs to the number, not to its digits (RFC 3966)
        return self._spellings.get(re.sub(r"[^0-9]", "", digits))


DISTRICT_WIDE = ("country", "area", "hours", "email")
EXAMPLES = {
    "number": 'number: "87250001"',
    "story": "story: {zh: …, en: …}",
    "expect": "expect: {outcome: busy, cause: busy_signal}",
    "country": 'country: "86"',
    "area": 'area: "571"',
    "users": "users: {name: password}",
    "challenge": "challenge: 401",
    "offices": "offices: [{unit: …, …}]",
}


def load(path: Path = SHIPPED) -> District:
    """Read a district file. ExchangeError names the place of the first mistake and what is allowed there."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "UTF-8?"
        raise ExchangeError("exchange.unreadable", file=path, reason=reason) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reason = getattr(error, "problem", None) or "?"
        raise ExchangeError("exchange.not_yaml", file=path.name, line=line, reason=reason) from error
    if not isinstance(raw, Mapping):
        raise ExchangeError("exchange.not_a_mapping", file=path.name, found=script.quoted(raw))
    head = {key: value for key, value in raw.items() if key != "offices"}
    district = built(District, head, path.name, "-", entries=())
    offices = raw.get("offices")
    if not isinstance(offices, list) or not offices:
        raise ExchangeError("exchange.no_entries", file=path.name)
    entries = tuple(read_entry(one, index, district, path.name) for index, one in enumerate(offices, start=1))
    number, times = Counter(entry.number for entry in entries).most_common(1)[0]
    if times > 1:
        raise ExchangeError("exchange.twice", file=path.name, number=number)
    return msgspec.structs.replace(district, entries=entries)


def read_entry(raw: object, index: int, district: District, file: str) -> Entry:
    where = f"offices[{index}]"
    if not isinstance(raw, Mapping):
        raise bad_value(file, where, "offices", raw)
    where = script.quoted(raw.get("number", where))
    defaults = {key: getattr(district, key) for key in DISTRICT_WIDE}
    own = {key: value for key, value in raw.items() if key != "acts"}
    if "acts" not in raw:
        raise ExchangeError("exchange.missing_key", file=file, where=where, missing="acts")
    acts = script.read(raw["acts"], script.Place(file, where))
    entry = built(Entry, defaults | own, file, where, acts=acts)
    expect = entry.expect
    if OUTCOME_OF[expect.cause] is not expect.outcome:
        right = OUTCOME_OF[expect.cause]
        raise ExchangeError("exchange.wrong_outcome", file=file, number=entry.number, cause=expect.cause, right=right,
                            found=expect.outcome)  # fmt: skip
    return entry


def built(kind: type[T], raw: Mapping[object, object], file: str, where: str, **ready: object) -> T:
    """A struct from a mapping, each key checked by itself; `ready` holds the fields that are already made."""
    fields = {field.name: field for field in msgspec.structs.fields(kind) if field.name not in ready}
    for key in raw:
        if key not in fields:
            near = script.nearest(key, fields)
            raise ExchangeError("exchange.unknown_key", file=file, where=where, found=script.quoted(key), nearest=near)
    values: dict[str, object] = {}
    for name, field in fields.items():
        if name in raw:
            try:
                values[name] = msgspec.convert(raw[name], field.type)
            except msgspec.ValidationError:
                raise bad_value(file, where, name, raw[name]) from None
        elif field.required:
            raise ExchangeError("exchange.missing_key", file=file, where=where, missing=name)
    return kind(**values, **ready)


def bad_value(file: str, where: str, key: str, found: object) -> ExchangeError:
    example = EXAMPLES.get(key, f"{key}: …")
    found = script.quoted(found)
    return ExchangeError("exchange.bad_value", file=file, where=where, name=key, found=found, example=example)


def directory_csv(district: District) -> str:
    """The directory file that a user of this district would import (CSV with Chinese headers)."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(HEADERS)
    rows.writerows((e.unit, e.department, e.national, e.service, e.hours, e.email) for e in district.entries)
    return out.getvalue()
