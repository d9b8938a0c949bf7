"""Small made-up pictures: stripes of two colours as PNG, written by hand, the same for the same number."""

import struct
import zlib
from random import Random

WIDTH, HEIGHT = 320, 240
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TRUE_COLOUR = 2


def picture(number: int) -> bytes:
    """A picture of 320 by 240 points."""
    chance = Random(number)  # noqa: S311  # a picture is no secret
    colours = [bytes(chance.randrange(256) for _ in range(3)) for _ in range(2)]
    stripe = chance.randrange(8, 40)
    lines = (b"\x00" + colours[y // stripe % 2] * WIDTH for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, _TRUE_COLOUR, 0, 0, 0)
    pixels = zlib.compress(b"".join(lines))
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
