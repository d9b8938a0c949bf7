"""Number plates: text is found and read by the networks that rapidocr carries, and kept if a plate's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from reports.boxes import Box, without_doubles
from reports.darkroom.networks import Floats, Pixels, session, shipped

# Text is looked for in a picture with this longer edge, in tiles of this many pixels across and down, so
# that time and memory stay bounded; it is read from the picture as it is.
EDGE, TILE, OVERLAP, MULTIPLE = 1280, (1280, 512), 64, 32
INK, SURE = 0.25, 0.4
# The network draws the heart of a line of text: it is this much larger (area over girth, as it was trained).
UNCLIP = 1.6
SMALLEST_PX = 6
# Width over height of a line of text that may be a plate's.
SHAPES = (1.2, 9.0)
MOST_LINES = 24
READ_HEIGHT = 48
# A line read less surely than this says nothing about what it is.
LEGIBLE = 0.4
MARGIN = 0.25

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_LAST = "挂学警港澳应急"
# 冀A12345, 冀AD12345 with new energy, 冀A1234学.
_CHINESE = re.compile(rf"[{_PROVINCES}][A-Z][A-Z0-9]{{4,6}}[{_LAST}]?")
# Any other, and one whose first character was read wrongly.
_FOREIGN = re.compile(r"[A-Z0-9]{5,8}")
# Numbers that stand in streets and belong to no car.
_OTHER_NUMBERS = re.compile(r"(BUS|EXIT|GATE|LINE|NO|ROUTE|ROOM|FLOOR|STOP|TEL|KM)\d+[A-Z]?")
_NO_SIGN = re.compile(r"[^A-Z0-9]")
_SEPARATORS = re.compile(r"[\s·•.\-_:,'`~*|/\\()\[\]]+")


@dataclass(frozen=True)
class Line:
    """A line of text in a picture: its four corners in pixels from the upper left on, and how sure."""

    corners: npt.NDArray[np.float32]
    score: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height along its own direction."""
        first, second, third, _fourth = self.corners
        return float(np.linalg.norm(second - first)), float(np.linalg.norm(third - second))


@cache
def finder() -> Any:
    """The network that finds lines of text, read once a process."""
    return session(shipped("rapidocr", "models/PP-OCRv6_det_small.onnx"))


@cache
def reader() -> Any:
    """The network that reads a line."""
    return session(shipped("rapidocr", "models/PP-OCRv6_rec_small.onnx"))


@cache
def letters() -> list[str]:
    """What the reader's answers stand for; the first is nothing at all, the last a space."""
    return ["", *reader().get_modelmeta().custom_metadata_map["character"].splitlines(), " "]


def find_plates(pixels: Pixels) -> list[Box]:
    """Boxes of the number plates in a picture (height, width, red-green-blue)."""
    size = pixels.shape[1], pixels.shape[0]
    lines = [line for line in find_lines(pixels) if SHAPES[0] <= line.size[0] / line.size[1] <= SHAPES[1]]
    lines.sort(key=lambda line: -line.score * min(line.size[1], READ_HEIGHT))
    found = []
    for line in lines[:MOST_LINES]:
        text, legible = read(pixels, line)
        if legible >= LEGIBLE and is_plate(text):
            left, top = line.corners.min(axis=0)
            right, bottom = line.corners.max(axis=0)
            found.append(Box.of_pixels("plate", (left, top, right, bottom), size, legible))
    return [box.grown(MARGIN) for box in without_doubles([box for box in found if box])]


def is_plate(text: str) -> bool:
    """Whether a line of text reads like a number plate, of this country or another.

    One sign may be misread: of a plate too many are better covered than one too few.
    """
    plain = _SEPARATORS.sub("", text.upper())
    if _CHINESE.fullmatch(plain):
        return True
    signs = _NO_SIGN.sub("", plain)
    digits = sum(sign.isdigit() for sign in signs)
    is_like = _FOREIGN.fullmatch(signs) and len(plain) - len(signs) <= 1 and digits >= 2
    return bool(is_like) and digits < len(signs) and not _OTHER_NUMBERS.fullmatch(plain)


def find_lines(pixels: Pixels) -> list[Line]:
    """The lines of text in a picture, tile by tile."""
    scale = max(max(pixels.shape[:2]) / EDGE, 1.0)
    size = round(pixels.shape[1] / scale), round(pixels.shape[0] / scale)
    smaller = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    found: list[Line] = []
    for left, top in tiles(*size):
        tile = smaller[top : top + TILE[1], left : left + TILE[0]]
        shift = np.array([left, top], dtype=np.float32)
        found += [Line((line.corners + shift) * scale, line.score) for line in _lines_of(tile)]
    return found


def tiles(width: int, height: int) -> Iterator[tuple[int, int]]:
    """Left upper corners of tiles that overlap and cover a picture."""
    for top in _starts(height, TILE[1]):
        for left in _starts(width, TILE[0]):
            yield left, top


def _starts(length: int, tile: int) -> list[int]:
    last = max(length - tile, 0)
    return sorted({*range(0, last, tile - OVERLAP), last})


def _lines_of(tile: Pixels) -> list[Line]:
    height, width = tile.shape[:2]
    down, across = (-(-edge // MULTIPLE) * MULTIPLE for edge in (height, width))
    padded = np.zeros((down, across, 3), dtype=np.float32)
    padded[:height, :width] = tile[:, :, ::-1].astype(np.float32) / 127.5 - 1
    picture = padded.transpose(2, 0, 1)[np.newaxis]
    ink = finder().run(None, {"x": picture})[0][0, 0, :height, :width]
    outlines, _ = cv2.findContours(
        cv2.dilate((ink > INK).astype(np.uint8), np.ones((2, 2), np.uint8)),
        cv2.RETR_LIST,
        cv2.CHAIN_APPROX_SIMPLE,
    )
    return [line for outline in outlines if (line := _line(outline, ink))]


def _line(outline: Any, ink: Floats) -> Line | None:
    """The line whose heart this outline is, or None for what is too small or too faint."""
    middle, (wide, high), angle = cv2.minAreaRect(outline)
    if min(wide, high) < SMALLEST_PX / 2:
        return None
    left, top, across, down = cv2.boundingRect(outline)
    mask = np.zeros((down, across), np.uint8)
    cv2.drawContours(mask, [outline - np.array([left, top])], -1, 1, -1)
    score = float(cv2.mean(ink[top : top + down, left : left + across], mask)[0])
    more = wide * high * UNCLIP / (wide + high)
    if score < SURE or min(wide, high) + more < SMALLEST_PX:
        return None
    corners = cv2.boxPoints((middle, (wide + more, high + more), angle))
    return Line(_from_upper_left(corners.astype(np.float32)), score)


def _from_upper_left(corners: Floats) -> Floats:
    """Clockwise from the upper left, so that the first edge is the upper one."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = by_x[:2], by_x[2:]
    upper_left, lower_left = left[np.argsort(left[:, 1])]
    upper_right, lower_right = right[np.argsort(right[:, 1])]
    return np.array([upper_left, upper_right, lower_right, lower_left], dtype=np.float32)


def read(pixels: Pixels, line: Line) -> tuple[str, float]:
    """What a line says, and how surely, 0 to 1."""
    wide, high = line.size
    across = int(np.clip(round(READ_HEIGHT * wide / high / 8) * 8, 48, 480))
    straight = np.array([[0, 0], [across, 0], [across, READ_HEIGHT], [0, READ_HEIGHT]], dtype=np.float32)
    turned = cv2.getPerspectiveTransform(line.corners, straight)
    strip = cv2.warpPerspective(pixels, turned, (across, READ_HEIGHT), flags=cv2.INTER_CUBIC)
    picture = (strip[:, :, ::-1].astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[np.newaxis]
    answers = reader().run(None, {"x": picture})[0][0]
    best, surest = answers.argmax(axis=1), answers.max(axis=1)
    is_new = (best != 0) & (best != np.concatenate(([0], best[:-1])))
    if not is_new.any():
        return "", 0.0
    return "".join(letters()[index] for index in best[is_new]), float(surest[is_new].mean())
