"""`[mailing.NAME]`: which report goes to whom, and when."""

from __future__ import annotations

from datetime import time
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from probe.errors import PostError
from probe.post.address import mail_address
from probe.post.mailing import MOST_DAYS, Form, Mailing, ReportKind
from probe.settings.base import CLOCK, Table


class MailingSettings(Table):
    """One `[mailing.NAME]`: a report of a kind, as often as there is one."""

    report: ReportKind
    to: list[str] = Field([])
    owners: bool = False
    units: dict[str, list[str]] = Field({})
    at: str = Field("09:00", pattern=CLOCK)
    day: int = Field(0, ge=0, le=max(MOST_DAYS.values()))
    language: Literal["zh", "en"] | None = None
    masked: bool = False
    attach: list[Form] = Field([])
    title: str = Field("", pattern=r"^[^\x00-\x1f\x7f]{0,100}$")

    @field_validator("to")
    @classmethod
    def _to(cls, value: list[str]) -> list[str]:
        return _addresses(value)

    @field_validator("units")
    @classmethod
    def _units(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        return {unit: _addresses(people) for unit, people in value.items()}

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if not self.to and not self.owners and not any(self.units.values()):
            raise PydanticCustomError("settings.mailing_to_nobody", "nobody to send to")
        if self.day > MOST_DAYS[self.report]:
            raise PydanticCustomError("settings.mailing_day", "later than the next period")
        return self

    def mailing(self, name: str, lang: str) -> Mailing:
        """The mailing; `lang` where it names no language."""
        return Mailing(
            name=name,
            report=self.report,
            to=tuple(self.to),
            owners=self.owners,
            units={unit: tuple(people) for unit, people in self.units.items()},
            at=time.fromisoformat(self.at),
            day=self.day,
            lang=self.language or lang,
            masked=self.masked,
            attach=tuple(self.attach),
            title=self.title or None,
        )


def _addresses(people: list[str]) -> list[str]:
    try:
        return [mail_address(address, "[mailing]") for address in people]
    except PostError:
        raise ValueError("no mail address") from None
