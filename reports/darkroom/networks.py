"""Networks that lie in installed packages, run on the processor with little memory. Nothing is downloaded."""

import os
from collections.abc import Iterator
from importlib.metadata import files

import numpy as np
import numpy.typing as npt
import onnxruntime

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

# Numbers of fields in the ONNX format (onnx.proto): of a model, of a graph, a named value, a weight.
_GRAPH = 7
_WEIGHT, _VALUES, _INNER_VALUES = 5, (11, 12), 13
_NAME, _TYPE = 1, 2
_WEIGHT_NAME = 8
# How the format writes a field: a number by sevens of bits, or so many bytes.
_NUMBER, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5


def shipped(package: str, name: str) -> bytes:
    """A file of an installed package, whose code is not imported. Raises FileNotFoundError."""
    found = next((path for path in files(package) or () if path.match(name)), None)
    if found is None:
        raise FileNotFoundError(f"The package {package} has no {name}: run make setup.")
    return found.read_binary()


def session(model: bytes) -> onnxruntime.InferenceSession:
    """A network ready to run on at most two threads, giving its memory back after each run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(os.cpu_count() or 1, 2)
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def with_free_sizes(model: bytes) -> bytes:
    """The same network for pictures of any size: the sizes it was exported with are taken out."""
    return b"".join(
        _written(number, kind, _free_graph(content) if number == _GRAPH else content)
        for number, kind, content in _fields(model)
    )


def _free_graph(graph: bytes) -> bytes:
    """Inner sizes go (the runtime works them out anew); pictures that go in or come out keep their type."""
    weights = {_part(content, _WEIGHT_NAME) for number, _kind, content in _fields(graph) if number == _WEIGHT}
    return b"".join(
        _written(number, kind, _free_value(content, weights) if number in _VALUES else content)
        for number, kind, content in _fields(graph)
        if number != _INNER_VALUES
    )


def _free_value(value: bytes, weights: set[bytes]) -> bytes:
    """A named picture: its tensor of 32-bit floats has four dimensions, each with a name; weights stay."""
    name = _part(value, _NAME)
    if name in weights:
        return value
    sizes = (_written(1, _BYTES, _written(2, _BYTES, name + b"_%d" % place)) for place in range(4))
    tensor = _written(1, _NUMBER, b"\x01") + _written(2, _BYTES, b"".join(sizes))
    return _written(_NAME, _BYTES, name) + _written(_TYPE, _BYTES, _written(1, _BYTES, tensor))


def _part(message: bytes, wanted: int) -> bytes:
    return next((content for number, _kind, content in _fields(message) if number == wanted), b"")


def _fields(message: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Each field's number, its way of writing and its content."""
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        kind = key & 7
        if kind == _BYTES:
            length, at = _number(message, at)
            end = at + length
        elif kind == _NUMBER:
            end = _number(message, at)[1]
        else:
            end = at + {_EIGHT: 8, _FOUR: 4}[kind]
        yield key >> 3, kind, message[at:end]
        at = end


def _number(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (message[at] & 127) << shift
        shift += 7
        at += 1
        if message[at - 1] < 128:
            return value, at


def _written(number: int, kind: int, content: bytes) -> bytes:
    length = _as_number(len(content)) if kind == _BYTES else b""
    return _as_number(number << 3 | kind) + length + content


def _as_number(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])
