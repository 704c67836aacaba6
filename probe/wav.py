"""Recordings from files: WAV, 8 kHz, mono, as linear PCM or G.711; anything else is refused with what was found."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

from probe.errors import CaseError
from probe.hear import RATE_HZ

LONGEST_S = 3600.0  # a call of an hour is none of ours
ENCODINGS = ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW")
OPEN_ENDED = (0xFFFFFFFF, 0x7FFFFFFF)  # data sizes of a WAV that was written to a pipe


def read_wav(path: Path, name: str) -> npt.NDArray[np.int16]:
    """The samples (int16, mono, 8 kHz) of a recording. CaseError, in the name of the case, says what is wrong."""
    import soundfile

    try:
        _check_length(path, name)
        with soundfile.SoundFile(path) as file:
            if file.samplerate != RATE_HZ or file.channels != 1:
                raise CaseError("case.wav_format", case=name, rate=file.samplerate, channels=file.channels)
            if file.format not in ("WAV", "WAVEX") or file.subtype not in ENCODINGS:
                raise CaseError("case.wav_encoding", case=name, value=f"{file.format} {file.subtype}")
            if file.frames > LONGEST_S * RATE_HZ:
                raise CaseError("case.wav_long", case=name, seconds=file.frames / RATE_HZ, longest_s=LONGEST_S)
            pcm: npt.NDArray[np.int16] = file.read(dtype="int16")
    except (soundfile.LibsndfileError, OSError) as error:
        raise CaseError("case.wav_unreadable", case=name, file=path.name, reason=_reason(error)) from error
    if not len(pcm):
        raise CaseError("case.wav_empty", case=name, file=path.name)
    return pcm


def _check_length(path: Path, name: str) -> None:
    """Whether the samples that the header promises are there; libsndfile is content with fewer."""
    size = path.stat().st_size
    if size == 0:
        raise CaseError("case.wav_empty", case=name, file=path.name)
    with path.open("rb") as file:
        riff = file.read(12)
        if riff[:4] != b"RIFF" or riff[8:] != b"WAVE":
            raise CaseError("case.wav_none", case=name, file=path.name)
        while len(head := file.read(8)) == 8:
            kind, length = struct.unpack("<4sI", head)
            if kind == b"data":
                there = size - file.tell()
                if length > there and length not in OPEN_ENDED:
                    raise CaseError("case.wav_truncated", case=name, file=path.name, promised=length, there=there)
                return
            file.seek(length + length % 2, 1)
    raise CaseError("case.wav_truncated", case=name, file=path.name, promised="data", there=size)


def _reason(error: Exception) -> str:
    return (getattr(error, "error_string", None) or getattr(error, "strerror", None) or str(error)).rstrip(". ")
