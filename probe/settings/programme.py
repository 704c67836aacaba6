"""`[run]`, `[incidents]` and `[alerts]`: how the programme is watched, what is an incident, and who hears of it."""

from __future__ import annotations

from datetime import time
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from probe.alerts import Policy
from probe.errors import PostError
from probe.incidents.rules import Policy as Incidents
from probe.post.accounts import is_loopback
from probe.post.address import mail_address
from probe.settings.base import CLOCK, Table


class RunSettings(Table):
    """`[run]`: the programme that `probe run` keeps going."""

    heartbeat: str = ""
    heartbeat_every_s: float = Field(60.0, ge=10, le=3600, allow_inf_nan=False)

    @field_validator("heartbeat")
    @classmethod
    def _heartbeat(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None:
            raise ValueError("no URL")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("not encrypted")
        return value


class IncidentSettings(Table):
    """`[incidents]`: what opens an incident and what closes it."""

    no_answer_half_days: int = Field(3, ge=2, le=10)
    dead_results: int = Field(2, ge=2, le=10)
    memory_days: int = Field(14, ge=1, le=60)
    answer_within_s: float = Field(15.0, ge=5, le=60, allow_inf_nan=False)
    good_half_days: int = Field(2, ge=2, le=6)
    repeat_days: int = Field(30, ge=1, le=365)
    deadline_days: int = Field(5, ge=1, le=90)
    repeat_deadline_days: int = Field(2, ge=1, le=90)
    least_confidence: float = Field(0.7, ge=0.5, le=1, allow_inf_nan=False)

    def policy(self) -> Incidents:
        """The rules of incidents."""
        return Incidents(**self.model_dump())


class AlertSettings(Table):
    """`[alerts]`: who hears of incidents, and how often."""

    supervisors: list[str] = Field([])
    chats: list[str] = Field([])
    owners: bool = True
    notices: bool = True
    escalate_after_h: float = Field(4.0, gt=0, le=720, allow_inf_nan=False)
    remind_every_h: float = Field(24.0, ge=1, le=720, allow_inf_nan=False)
    most_per_day: int = Field(20, ge=1, le=500)
    digest_at: str = Field("17:30", pattern=CLOCK)

    @field_validator("supervisors")
    @classmethod
    def _supervisors(cls, value: list[str]) -> list[str]:
        try:
            return [mail_address(address, "[alerts] supervisors") for address in value]
        except PostError:
            raise ValueError("no mail address") from None

    def policy(self, lang: Literal["zh", "en"]) -> Policy:
        """The rules of the alerts."""
        return Policy(
            supervisors=tuple(self.supervisors),
            chats=tuple(self.chats),
            digest_at=time.fromisoformat(self.digest_at),
            lang=lang,
            **self.model_dump(exclude={"supervisors", "chats", "digest_at"}),
        )
