"""The recogniser itself: Whisper by CTranslate2 (faster-whisper), with a model from a folder, on this machine only.

`WhisperModel.transcribe` fills every piece up to 30 s, which costs a second of CPU. CTranslate2's encoder also takes
what is there and a short pause: a tenth of the price, and the same text (docs/words.md has the figures).
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from probe.hear import RATE_HZ
from probe.transcribe import Words
from probe.transcribe.guards import guarded
from probe.transcribe.places import ModelError
from probe.transcribe.reread import Rereader
from probe.transcribe.sound import prepare

LEAST_S = 0.2  # what is shorter is no word
MOST_S = 15.0  # of what is longer, the last part is heard
BEAM = 1  # candidates kept; of 2 and 5 the text was no better (docs/words.md)
LEAST_CONFIDENCE = 0.2  # of noise, tones and music nine in ten are below; of 137 prompts through AMR two, of one word
MOST_SILENCE = 0.6  # the model's own probability that nobody speaks …
SURE_OF_WORDS = 0.4  # … unless it is as sure of its words as this: it says so of speech in loud noise, too
_DIGIT = re.compile("[0-9]")  # numbers are written as they are said, 三十 and not 30: matching goes by the sound
_NOTHING = Words("", 0.0)
_TOKENS_PER_S = 14.0  # fast Mandarin with its punctuation: the end of a loop that the model would not end


class Engine:
    """A loaded model, for `workers` threads at a time; each recognition takes one core.

    ModelError when the folder holds no multilingual Whisper model that this CTranslate2 can read.
    """

    def __init__(self, folder: Path, workers: int = 1) -> None:
        from ctranslate2 import StorageView
        from faster_whisper import WhisperModel
        from faster_whisper.tokenizer import Tokenizer

        try:
            model = WhisperModel(
                str(folder),
                device="cpu",
                compute_type="int8",
                cpu_threads=1,
                num_workers=workers,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError("transcribe.unreadable", folder=folder, reason=str(error).splitlines()[0]) from error
        if not model.model.is_multilingual:
            raise ModelError("transcribe.english_only", folder=folder)
        self._whisper = model.model
        self._features = model.feature_extractor
        self._tokenizer = Tokenizer(model.hf_tokenizer, True, task="transcribe", language="zh")
        self._prompt = [
            *self._tokenizer.sot_sequence,
            self._tokenizer.no_timestamps,
        ]  # and no words: it would repeat them
        end = self._tokenizer.eot
        digits = [id_ for token, id_ in model.hf_tokenizer.get_vocab().items() if id_ < end and _DIGIT.search(token)]
        self._not_written = [-1, *digits]  # -1: the model's own list of what is no speech
        self._view = StorageView.from_array
        self.rereader = Rereader(self._whisper, self._tokenizer, self._prompt)

    def hear(self, pcm: npt.NDArray[np.int16]) -> Words:
        """The words in int16 mono 8 kHz of at most `MOST_S` (of more, the end is heard).

        Where an announcement was misread, its ending is asked for again (reread.py), and stands in the text before what
        was read at first. The text comes as the model writes it: simplified or traditional characters, English where
        English is said. It is empty when nothing was said, or when what the model says cannot be trusted (guards.py).
        """
        pcm = pcm[-int(MOST_S * RATE_HZ) :]
        duration_s = len(pcm) / RATE_HZ
        if duration_s < LEAST_S or not pcm.any():
            return _NOTHING
        encoded = self.encoded(pcm)
        result = self._whisper.generate(
            encoded,
            [self._prompt],
            beam_size=BEAM,
            suppress_tokens=self._not_written,
            max_length=len(self._prompt) + 8 + int(_TOKENS_PER_S * duration_s),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        confidence = math.exp(result.scores[0])
        silent = result.no_speech_prob > MOST_SILENCE and confidence < SURE_OF_WORDS
        if silent or confidence < LEAST_CONFIDENCE:
            return _NOTHING
        text = guarded(self._tokenizer.decode(result.sequences_ids[0]), duration_s)
        return Words(self.rereader.read(encoded, text), confidence) if text else _NOTHING

    def encoded(self, pcm: npt.NDArray[np.int16]) -> Any:
        """The sound (int16, mono, 8 kHz) as the model's encoder has it, for CTranslate2."""
        features = self._features(prepare(pcm), padding=0)
        features = features[:, : features.shape[1] // 2 * 2]  # the encoder halves the frames
        return self._whisper.encode(self._view(np.ascontiguousarray(features[None], np.float32)))
