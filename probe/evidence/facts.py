"""Everything that is known of one call, together. No effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from probe.analyse.appendix import Dice
from probe.evidence import scrub
from probe.model import Because, Call
from probe.store.pruning import Mark
from probe.store.rows import Former
from probe.store.slots import Kept
from probe.words import words

NOT_PRUNED = Mark()
NO_SOUND = Because(key="evidence.recording_none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A recorded call with what stands around it. `pcm`: int16, mono, 8 kHz, from `media_started_at_s` on."""

    call: Call
    former: tuple[Former, ...] = ()
    mark: Mark = NOT_PRUNED
    slot: Kept | None = None
    dice: Dice | None = None
    rules: str = ""  # that made the present verdict
    sound: Because = NO_SOUND  # what became of the recording; a key of `case.toml` when it cannot be read
    pcm: npt.NDArray[np.int16] | None = None

    def sound_text(self, lang: str) -> str:
        """What became of the recording, as a sentence."""
        told = scrub.inert(words(self.sound.key, lang, **self.sound.values))
        return words("evidence.recording_unreadable", lang, reason=told) if self._unreadable else told

    @property
    def sound_state(self) -> str:
        """What became of the recording: kept, none, pruned, missing or unreadable."""
        return "unreadable" if self._unreadable else self.sound.key.rpartition("_")[2]

    @property
    def _unreadable(self) -> bool:
        return self.sound.key.startswith("case.")
