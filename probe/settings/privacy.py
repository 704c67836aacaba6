"""`[privacy]`: how long what people said and told is kept."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from probe.prune import NOTICE_DAYS, Retention
from probe.settings.base import Table

MOST_DAYS = 3650
_DEFAULT = Retention()


class PrivacySettings(Table):
    """Days from the call (or from being told) until `probe prune` deletes."""

    recordings_days: int = Field(_DEFAULT.recordings_days, ge=1, le=MOST_DAYS)
    transcripts_days: int = Field(_DEFAULT.transcripts_days, ge=1, le=MOST_DAYS)
    unknown_days: int = Field(_DEFAULT.unknown_days, ge=1, le=MOST_DAYS)
    notes_days: int = Field(_DEFAULT.notes_days, ge=1, le=MOST_DAYS)
    below_30_days: bool = False

    @model_validator(mode="after")
    def _long_enough(self) -> Self:
        if self.recordings_days < NOTICE_DAYS and not self.below_30_days:
            raise PydanticCustomError("settings.recordings_too_short", "recordings deleted early")
        return self

    def retention(self) -> Retention:
        """The rule, as `probe prune` takes it."""
        return Retention(**self.model_dump(exclude={"below_30_days"}))
