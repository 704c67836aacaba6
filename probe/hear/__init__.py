"""Hear: 8 kHz samples in, `Sounds` out. `Ear.feed` a chunk, or a whole recording as one long chunk.

One spectrum feeds everything: tones with their cadence (`tones`), speech (`voice`), music, noise and silence
(`background`), and recordings that are known or that repeat (`match`). What each found is laid over the others here.
"""

from probe.hear.ear import Ear
from probe.hear.spectrum import RATE_HZ

__all__ = ["RATE_HZ", "Ear"]
