"""Small drawn pictures for the demo's reports: a road with a hole, or with the hole filled."""

import struct
import zlib
from functools import cache

from django.core.files.base import ContentFile

WIDTH, HEIGHT = 480, 320
SKY, ASPHALT, LINE, HOLE, PATCH = (168, 200, 226), (92, 96, 104), (236, 236, 226), (34, 30, 30), (62, 64, 72)


def picture(*, is_mended: bool) -> "ContentFile[bytes]":
    """A PNG file of the road."""
    return ContentFile(_drawn(PATCH if is_mended else HOLE), name="road.png")


@cache
def _drawn(spot: tuple[int, int, int]) -> bytes:
    rows = b"".join(b"\0" + b"".join(bytes(_colour(x, y, spot)) for x in range(WIDTH)) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _colour(x: int, y: int, spot: tuple[int, int, int]) -> tuple[int, int, int]:
    if y < HEIGHT // 3:
        return SKY
    if ((x - 300) / 90) ** 2 + ((y - 240) / 38) ** 2 < 1:
        return spot
    is_line = abs(x - 150) < 6 + (y - HEIGHT // 3) // 12 and (y // 40) % 2 == 0
    return LINE if is_line else ASPHALT


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
