"""What networks do to a recording beside noise: a mobile codec, and a clock that is not ours."""

from __future__ import annotations

import io

import av
import numpy as np
from scipy.signal import resample

from tests.audio import PACKET, RATE, Pcm


def amr(pcm: Pcm, bits_per_s: int) -> Pcm:
    """Through AMR narrow-band (3GPP TS 26.071) and back; 4750 is its worst mode, 12200 its best."""
    coded = io.BytesIO()
    with av.open(coded, "w", format="amr") as file:
        stream = file.add_stream("libopencore_amrnb", rate=RATE, layout="mono")
        stream.bit_rate = bits_per_s
        padded = np.concatenate((pcm, np.zeros(-len(pcm) % PACKET, np.int16)))
        for start in range(0, len(padded), PACKET):
            frame = av.AudioFrame.from_ndarray(padded[None, start : start + PACKET], format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, start
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    coded.seek(0)
    to_pcm = av.AudioResampler("s16", "mono", RATE)
    with av.open(coded) as file:
        heard = [piece.to_ndarray()[0] for frame in file.decode(audio=0) for piece in to_pcm.resample(frame)]
    return np.concatenate(heard).astype(np.int16)


def drift(pcm: Pcm, percent: float) -> Pcm:
    """Played by a clock that is so much slower (or, below 0, faster) than ours."""
    fine = resample(pcm.astype(np.float64), 8 * len(pcm))
    at = np.arange(round(len(pcm) * (1 + percent / 100))) / (1 + percent / 100)
    return np.clip(np.interp(8 * at, np.arange(len(fine)), fine), -32768, 32767).astype(np.int16)
