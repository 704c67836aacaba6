"""How likely a window of 32 ms is speech, by the network of Silero VAD (https://github.com/snakers4/silero-vad, MIT).

Magnitudes of a short-time Fourier transform pass four convolutions and an LSTM. A network as small as this costs less
in NumPy than in a runtime for any graph: half of the time, no 20 MB for each process and no 0.1 s to begin.
"""

from __future__ import annotations

import math
from functools import cache

import msgspec
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from probe.hear.foreground import WINDOW
from probe.hear.spectrum import Floats
from probe.hear.weights import read, shipped_model

CONTEXT = 32  # samples before the window that the network sees again
LENGTH, HOP, FRAMES, BINS = 128, 64, 4, 65  # of its Fourier transform
WIDE, CELLS = 128, 128  # channels after the first convolution; cells of the LSTM
_HALF = np.float32(0.5)


class _Network(msgspec.Struct, frozen=True):
    """The weights as matrices that a row of inputs is multiplied with."""

    basis: Floats  # cosines, then sines
    first: Floats  # three frames
    second: Floats  # three frames, of which every other begins one
    third: Floats  # two frames: the one before them is padding
    fourth: Floats  # one frame between padding
    gates: Floats  # input and state → input, forget and output gate, candidate
    last: Floats
    bias: tuple[Floats, ...]  # of the five before
    last_bias: float


@cache
def _network() -> _Network:
    of = read(shipped_model())
    first, second, third, fourth = (of[f"encoder.{n}.reparam_conv.weight"].transpose(2, 1, 0) for n in range(4))
    order = np.r_[0 : 2 * CELLS, 3 * CELLS : 4 * CELLS, 2 * CELLS : 3 * CELLS]  # PyTorch has the candidate third
    gates = np.concatenate((of["decoder.rnn.weight_ih"], of["decoder.rnn.weight_hh"]), axis=1)[order]
    gates_bias = (of["decoder.rnn.bias_ih"] + of["decoder.rnn.bias_hh"])[order]
    for one in (gates, gates_bias):
        one[: 3 * CELLS] *= _HALF  # sigmoid(x) = (1 + tanh(x/2)) / 2
    return _Network(
        basis=np.ascontiguousarray(of["stft.forward_basis_buffer"][:, 0].T),
        first=np.ascontiguousarray(first).reshape(3 * BINS, WIDE),
        second=np.ascontiguousarray(second).reshape(3 * WIDE, -1),
        third=np.ascontiguousarray(third[1:]).reshape(WIDE, -1),
        fourth=np.ascontiguousarray(fourth[1]),
        gates=np.ascontiguousarray(gates.T),
        last=of["decoder.decoder.2.weight"].reshape(CELLS),
        bias=(*(of[f"encoder.{n}.reparam_conv.bias"] for n in range(4)), gates_bias),
        last_bias=float(of["decoder.decoder.2.bias"][0]),
    )


class Silero:
    """Listens to one stream, a window at a time. The model is read with the first one of a process."""

    def __init__(self) -> None:
        self._net = _network()
        self._samples = np.zeros(CONTEXT + WINDOW + CONTEXT, np.float32)  # the end is reflected
        self._frames = sliding_window_view(self._samples, LENGTH)[::HOP]
        self._power = np.empty((FRAMES, 2 * BINS), np.float32)
        self._inner = np.zeros((FRAMES + 2, BINS), np.float32)  # magnitudes, between frames of padding
        self._inner3 = sliding_window_view(self._inner.reshape(-1), 3 * BINS)[::BINS]
        self._outer = np.zeros((FRAMES + 2, WIDE), np.float32)
        self._outer3 = sliding_window_view(self._outer.reshape(-1), 3 * WIDE)[:: 2 * WIDE]
        self._input = np.zeros(WIDE + CELLS, np.float32)  # of the LSTM, and its state
        self._cells = np.zeros(CELLS, np.float32)

    def reset(self) -> None:
        """Forget what was heard."""
        self._samples[:] = 0
        self._input[:] = 0
        self._cells[:] = 0

    def feed(self, window: Floats) -> float:
        """How likely the next window is speech, 0..1; `WINDOW` samples, full scale is 1.0."""
        net, samples = self._net, self._samples
        samples[:CONTEXT] = samples[WINDOW : WINDOW + CONTEXT]
        samples[CONTEXT:-CONTEXT] = window
        samples[-CONTEXT:] = samples[-CONTEXT - 2 : -2 * CONTEXT - 2 : -1]
        power = np.dot(self._frames, net.basis, out=self._power)
        power *= power
        magnitude = self._inner[1:-1]
        np.add(power[:, :BINS], power[:, BINS:], out=magnitude)
        np.sqrt(magnitude, out=magnitude)

        bias = net.bias
        wide = self._outer[1:-1]
        np.dot(self._inner3, net.first, out=wide)
        wide += bias[0]
        np.maximum(wide, 0, out=wide)
        narrow = np.dot(self._outer3, net.second)
        narrow += bias[1]
        np.maximum(narrow, 0, out=narrow)
        one = np.dot(narrow.reshape(-1), net.third)
        one += bias[2]
        np.maximum(one, 0, out=one)
        one = np.dot(one, net.fourth)
        one += bias[3]
        np.maximum(one, 0, out=self._input[:WIDE])
        return self._remember()

    def _remember(self) -> float:
        """One step of the LSTM, and what it makes of it."""
        net, cells, state = self._net, self._cells, self._input[WIDE:]
        gates = np.dot(self._input, net.gates)
        gates += net.bias[4]
        np.tanh(gates, out=gates)
        opened = gates[: 3 * CELLS]
        opened *= _HALF
        opened += _HALF
        cells *= gates[CELLS : 2 * CELLS]
        cells += gates[:CELLS] * gates[3 * CELLS :]
        np.tanh(cells, out=state)
        state *= gates[2 * CELLS : 3 * CELLS]
        return 1 / (1 + math.exp(-float(np.dot(np.maximum(state, 0), net.last)) - net.last_bias))
