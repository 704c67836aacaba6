"""What may stand in `probe.toml`, and what it must be; docs/settings.md has the same in prose.

The sentence `allowed_KEY` of probe/words/settings.toml says what a key may be. A PydanticCustomError's type is the key
of a sentence of its own. `mistakes.py` adds file and line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from os import environ
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

import phonenumbers
from pydantic import BaseModel, Field, PrivateAttr, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from probe.dial.trunk import NumberFormat, Trunk
from probe.errors import SettingsError
from probe.numbering import plan
from probe.plan.policy import Policy
from probe.settings.base import FileBeside, Table, beside
from probe.settings.mailing import MailingSettings
from probe.settings.plan import MannersSettings, PlanSettings, policy_of
from probe.settings.post import ChatSettings, MailSettings
from probe.settings.privacy import PrivacySettings
from probe.settings.programme import AlertSettings, IncidentSettings, RunSettings
from probe.settings.score import ScoreSettings
from probe.settings.secret import Caution
from probe.settings.trunk import TrunkSettings

MOST_WORKERS = 16
STORE_FILE = "tongbutong.sqlite3"
STORE_SCHEMES = ("sqlite", "postgresql", "postgres", "postgresql+psycopg")
Name = Annotated[str, Field(pattern=r"^[^\s/\\]{1,40}$")]  # of a trunk or a chat


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
    model: FileBeside = None
    workers: int = Field(1, ge=1, le=MOST_WORKERS)


class Settings(Table):
    """All of `probe.toml`. `trunks` is the table `[trunk]`, `chats` is `[chat]`, `mailings` is `[mailing]`."""

    robot: Robot = Field({}, validate_default=True)
    data: Data = Field({}, validate_default=True)
    transcriber: Transcriber = Field({}, validate_default=True)
    trunks: dict[Name, TrunkSettings] = Field({}, alias="trunk")
    plan: PlanSettings = Field({}, validate_default=True)
    manners: MannersSettings = Field({}, validate_default=True)
    run: RunSettings = Field({}, validate_default=True)
    incidents: IncidentSettings = Field({}, validate_default=True)
    alerts: AlertSettings = Field({}, validate_default=True)
    mail: MailSettings | None = None
    mailings: dict[Name, MailingSettings] = Field({}, alias="mailing")
    chats: dict[Name, ChatSettings] = Field({}, alias="chat")
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

    @model_validator(mode="after")
    def _mailings_need_mail(self) -> Self:
        if self.mailings and self.mail is None:
            raise PydanticCustomError("settings.mailing_without_mail", "no [mail]", {"name": next(iter(self.mailings))})
        return self

    @property
    def trunk_names(self) -> tuple[str, ...]:
        """The trunks in order of preference; those of the same one as they stand in the file."""
        return tuple(sorted(self.trunks, key=lambda name: self.trunks[name].preference))

    def trunk(self, name: str | None = None, env: Mapping[str, str] = environ) -> Trunk:
        """The trunk of this name (the preferred one when None), its password fetched now.

        SettingsError when there is no such trunk, or its password is not where the settings say.
        """
        if not self.trunks:
            raise SettingsError("settings.no_trunks")
        chosen = self.trunk_names[0] if name is None else name
        if chosen not in self.trunks:
            names = ", ".join(self.trunks)
            raise SettingsError("settings.no_such_trunk", name=chosen, names=names)
        return self.trunks[chosen].trunk(chosen, env)

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
        """What works but is unwise: files with secrets that others on this machine can read, weak encryption, a plan
        that its own manners cut short."""
        trunks = (c for name, trunk in self.trunks.items() for c in trunk.cautions(name))
        chats = (c for name, chat in self.chats.items() for c in chat.cautions(name))
        plan = (self._cut_short(),) if self.plan.base_calls > self.manners.answered_per_day else ()
        return (*trunks, *(self.mail.cautions() if self.mail else ()), *chats, *plan)

    def _cut_short(self) -> Caution:
        """A line that works answers its first calls, and is called no more: its afternoons are in no rate."""
        values = {"base": str(self.plan.base_calls), "answered": str(self.manners.answered_per_day)}
        return Caution(key="plan.cut_short", values=values)


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
    "mailing": MailingSettings,
    "chat": ChatSettings,
    "score": ScoreSettings,
    "privacy": PrivacySettings,
}
NAMED = ("trunk", "mailing", "chat")  # of these there may be several: [trunk.NAME]
