"""What may stand in `probe.toml`, and what it must be; docs/settings.md has the same in prose.

The sentence `allowed_KEY` of probe/words/settings.toml says what a key may be. A PydanticCustomError's type is the key
of a sentence of its own. `mistakes.py` adds file and line.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from os import environ
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

import phonenumbers
from pydantic import BaseModel, Field, PrivateAttr, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from probe.dial.trunk import NumberFormat, Secret, Trunk
from probe.dial.uri import parse_uri
from probe.errors import DialError, SettingsError
from probe.numbering import plan
from probe.plan.policy import Policy
from probe.settings.base import Table, beside
from probe.settings.plan import MannersSettings, PlanSettings, policy_of
from probe.settings.post import ChatSettings, MailSettings
from probe.settings.privacy import PrivacySettings
from probe.settings.programme import AlertSettings, IncidentSettings, RunSettings
from probe.settings.score import ScoreSettings
from probe.settings.secret import Caution, read_secret, secret_file_caution

MOST_LINES = 200
MOST_CALLS_PER_SECOND = 50.0
MOST_WORKERS = 16
STORE_FILE = "tongbutong.sqlite3"
STORE_SCHEMES = ("sqlite", "postgresql", "postgres", "postgresql+psycopg")
_USER = r"[A-Za-z0-9+*#_.!~&=$%@-]{0,128}"  # RFC 3261 user and digest names, without quotes and whatever ends them


class Robot(Table):
    """Where the robot calls from, and for whom."""

    country: str = "CN"
    area_code: str = ""
    timezone: str = "Asia/Shanghai"
    language: Literal["zh", "en"] = "zh"

    @field_validator("country")
    @classmethod
    def _country(cls, value: str) -> str:
        if value.upper() not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError("no such country")
        return value.upper()

    @field_validator("area_code")
    @classmethod
    def _area_code(cls, value: str, info: ValidationInfo) -> str:
        numbering = plan(info.data.get("country", ""))
        area = numbering.area if numbering else r"\d{1,6}"
        if value and not re.fullmatch(f"0?(?:{area})", value, re.ASCII):
            raise ValueError("no area code")
        return f"0{value.lstrip('0')}" if value and numbering else value

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (LookupError, ValueError, OSError):
            raise ValueError("no such time zone") from None
        return value


class Data(Table):
    """Where recordings and calls are kept. Relative places count from the folder of the settings file."""

    folder: Annotated[Path, Field(strict=False)] = Field(Path("tongbutong-data"), validate_default=True)
    store: str = Field("", validate_default=True)

    @field_validator("folder")
    @classmethod
    def _folder(cls, value: Path, info: ValidationInfo) -> Path:
        return beside(value, info)

    @field_validator("store")
    @classmethod
    def _store(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            return f"sqlite:///{info.data['folder'] / STORE_FILE}" if "folder" in info.data else ""
        scheme, separator, rest = value.partition("://")
        if not separator or scheme not in STORE_SCHEMES:
            raise ValueError("no such database")
        if re.match(r"[^/?#]*?:[^/?#]+@", rest):
            raise PydanticCustomError("settings.password_in_store", "password in the URL")
        if scheme == "sqlite" and rest.strip("/") in ("", ":memory:"):
            raise ValueError("a database needs a file")
        return f"sqlite:///{beside(Path(rest.removeprefix('/')), info)}" if scheme == "sqlite" else value


class Transcriber(Table):
    """The recogniser of words, used when it is installed."""

    enabled: bool = True
    model: Annotated[Path | None, Field(strict=False)] = None
    workers: int = Field(1, ge=1, le=MOST_WORKERS)

    @field_validator("model")
    @classmethod
    def _model(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        return None if value is None else beside(value, info)


class TrunkSettings(Table):
    """One `[trunk.NAME]`: the way to the telephone network. Its password stands elsewhere."""

    proxy: str
    username: str = Field("", pattern=f"^{_USER}$")
    password_env: str = Field("", pattern=r"^(?:[A-Z_][A-Z0-9_]*)?$")
    password_file: Annotated[Path | None, Field(strict=False)] = None
    caller_id: str = Field("", pattern=r"^[A-Za-z0-9+*#_.-]{0,64}$")
    lines: int = Field(1, ge=1, le=MOST_LINES)
    calls_per_second: float = Field(1.0, gt=0, le=MOST_CALLS_PER_SECOND, allow_inf_nan=False)
    number_format: Annotated[NumberFormat, Field(strict=False)] = NumberFormat.E164
    prefix: str = Field("", pattern=r"^[0-9*#]{0,8}$")
    bind: str = ""

    @field_validator("proxy")
    @classmethod
    def _proxy(cls, value: str) -> str:
        try:
            uri = parse_uri(value)
        except DialError:
            uri = None
        if uri is None or uri.user:
            raise ValueError("no address of a proxy")
        return value

    @field_validator("password_file")
    @classmethod
    def _password_file(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        return None if value is None else beside(value, info)

    @field_validator("bind")
    @classmethod
    def _bind(cls, value: str) -> str:
        try:
            usable = not value or not ipaddress.ip_address(value).is_unspecified
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("no address of this machine")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.password_env and self.password_file:
            raise PydanticCustomError("settings.two_passwords", "two passwords")
        if self.username and not (self.password_env or self.password_file):
            raise PydanticCustomError("settings.no_password", "no password")
        if not self.username and (self.password_env or self.password_file):
            raise PydanticCustomError("settings.no_username", "no username")
        if (self.number_format is NumberFormat.PREFIX) != bool(self.prefix):
            raise PydanticCustomError("settings.prefix", "prefix and number_format")
        return self


class Settings(Table):
    """All of `probe.toml`. `trunks` is the table `[trunk]`, `chats` is `[chat]`."""

    robot: Robot = Field({}, validate_default=True)
    data: Data = Field({}, validate_default=True)
    transcriber: Transcriber = Field({}, validate_default=True)
    trunks: dict[Annotated[str, Field(pattern=r"^[^\s/\\]{1,40}$")], TrunkSettings] = Field({}, alias="trunk")
    plan: PlanSettings = Field({}, validate_default=True)
    manners: MannersSettings = Field({}, validate_default=True)
    run: RunSettings = Field({}, validate_default=True)
    incidents: IncidentSettings = Field({}, validate_default=True)
    alerts: AlertSettings = Field({}, validate_default=True)
    mail: MailSettings | None = None
    chats: dict[Annotated[str, Field(pattern=r"^[^\s/\\]{1,40}$")], ChatSettings] = Field({}, alias="chat")
    score: ScoreSettings = Field({}, validate_default=True)
    privacy: PrivacySettings = Field({}, validate_default=True)
    _file: Path | None = PrivateAttr(default=None)

    @property
    def file(self) -> Path | None:
        """Where these settings were read; None for the ones a command without settings uses."""
        return self._file

    @model_validator(mode="after")
    def _local_needs_area(self) -> Self:
        for name, trunk in self.trunks.items():
            if trunk.number_format is NumberFormat.LOCAL and not self.robot.area_code:
                raise PydanticCustomError("settings.local_without_area", "no area code", {"name": name})
        return self

    def trunk(self, name: str | None = None, env: Mapping[str, str] = environ) -> Trunk:
        """The trunk of this name (the first one when None), its password fetched now.

        SettingsError when there is no such trunk, or its password is not where the settings say.
        """
        if not self.trunks:
            raise SettingsError("settings.no_trunks")
        chosen = next(iter(self.trunks)) if name is None else name
        if chosen not in self.trunks:
            names = ", ".join(self.trunks)
            raise SettingsError("settings.no_such_trunk", name=chosen, names=names)
        found = self.trunks[chosen]
        return Trunk(
            name=chosen,
            password=Secret(read_secret(f"[trunk.{chosen}] password", found.password_env, found.password_file, env)),
            **found.model_dump(exclude={"password_env", "password_file"}),
        )

    def policy(self) -> Policy:
        """How often, when and whom to call: `[plan]` and `[manners]`, with the robot's place."""
        robot = self.robot
        return policy_of(
            self.plan,
            self.manners,
            country=robot.country,
            area_code=robot.area_code,
            timezone=robot.timezone,
        )

    def cautions(self) -> tuple[Caution, ...]:
        """What works but is unwise: files with secrets that others on this machine can read."""
        files = ((f"[trunk.{name}]", trunk.password_file) for name, trunk in self.trunks.items())
        trunks = (c for place, file in files if file and (c := secret_file_caution(place, file)))
        chats = (c for name, chat in self.chats.items() for c in chat.cautions(name))
        return (*trunks, *(self.mail.cautions() if self.mail else ()), *chats)


TABLES: dict[str, type[BaseModel]] = {
    "robot": Robot,
    "data": Data,
    "transcriber": Transcriber,
    "trunk": TrunkSettings,
    "plan": PlanSettings,
    "manners": MannersSettings,
    "run": RunSettings,
    "incidents": IncidentSettings,
    "alerts": AlertSettings,
    "mail": MailSettings,
    "chat": ChatSettings,
    "score": ScoreSettings,
    "privacy": PrivacySettings,
}
NAMED = ("trunk", "chat")  # of these there may be several: [trunk.NAME]
