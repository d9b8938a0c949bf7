"""H3 cells: the one grid of the system, as 63-bit integers that a database column holds.

Parents are bit arithmetic, so a database can group by any resolution without knowing H3:
``(cell & ~CLEAR) | SET`` with the two masks of :func:`parent_masks`.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from h3.api import basic_int as h3

STORED_RESOLUTION: Final = 12
FINEST_COVERING: Final = 9
MOST_COVERING: Final = 600
_RESOLUTION_SHIFT: Final = 52
_RESOLUTION_BITS: Final = 15 << _RESOLUTION_SHIFT


class Cover(NamedTuple):
    """The cells of one resolution that lie in a polygon for certain, and those that may lie partly in it."""

    resolution: int
    inner: frozenset[int]
    edge: frozenset[int]


def cell_of(latitude: float, longitude: float) -> int:
    """Return the resolution 12 cell of a WGS 84 point, as stored on reports."""
    return int(h3.latlng_to_cell(latitude, longitude, STORED_RESOLUTION))


def resolution_of(cell: int) -> int:
    """Return the resolution, 0 to 15, that is written in the cell."""
    return (cell & _RESOLUTION_BITS) >> _RESOLUTION_SHIFT


def parent_masks(resolution: int) -> tuple[int, int]:
    """Return (keep, set): ``cell & keep | set`` is the parent at ``resolution``, in Python and in SQL alike.

    Valid for cells of ``resolution`` or finer. Raises ValueError unless 0 <= resolution <= 15.
    """
    if not 0 <= resolution <= 15:
        raise ValueError(f"An H3 resolution lies between 0 and 15, not {resolution}.")
    unused_digits = (1 << 3 * (15 - resolution)) - 1
    keep = ((1 << 63) - 1) & ~_RESOLUTION_BITS & ~unused_digits
    return keep, (resolution << _RESOLUTION_SHIFT) | unused_digits


def parent(cell: int, resolution: int) -> int:
    """Return the ancestor of ``cell`` at a coarser (or its own) resolution.

    Raises ValueError if ``resolution`` is finer than the cell.
    """
    if resolution > resolution_of(cell):
        raise ValueError(f"A cell of resolution {resolution_of(cell)} has no parent at {resolution}.")
    keep, set_ = parent_masks(resolution)
    return cell & keep | set_


def name_of(cell: int) -> str:
    """Return the cell in the hexadecimal form that other H3 programs read."""
    return f"{cell:x}"


def centre_of(cell: int) -> tuple[float, float]:
    """Return (latitude, longitude) of the middle of a cell."""
    latitude, longitude = h3.cell_to_latlng(cell)
    return latitude, longitude


def outline_of(cell: int) -> tuple[tuple[float, float], ...]:
    """Return the corners of a cell as (latitude, longitude) pairs, not closed."""
    return tuple(h3.cell_to_boundary(cell))


def cells_touching(west: float, south: float, east: float, north: float, resolution: int) -> frozenset[int]:
    """The cells of a resolution that touch a WGS 84 box."""
    corners = [(south, west), (south, east), (north, east), (north, west)]
    box = h3.LatLngPoly(corners)
    return frozenset(h3.h3shape_to_cells_experimental(box, resolution, contain="overlap"))


def cells_over(polygon: Mapping[str, Any], resolution: int) -> frozenset[int]:
    """The cells of a resolution that touch a GeoJSON Polygon or MultiPolygon of WGS 84."""
    shape = h3.geo_to_h3shape(dict(polygon))
    return frozenset(h3.h3shape_to_cells_experimental(shape, resolution, contain="overlap"))


def cover_of(polygon: Mapping[str, Any], most: int = MOST_COVERING) -> Cover:
    """The cells of a GeoJSON (Multi)Polygon at the finest resolution, up to 9, that needs about ``most``.

    A cell's children lie partly outside it, so a point that is filed under a cell can lie in the next one:
    ``inner`` are cells whose neighbours are in the polygon too, and ``edge`` goes one cell beyond it.
    """
    shape = h3.geo_to_h3shape(dict(polygon))
    resolution, touched = 4, cells_over(polygon, 4)
    while resolution < FINEST_COVERING and len(finer := cells_over(polygon, resolution + 1)) <= most:
        resolution, touched = resolution + 1, finer
    full = set(h3.h3shape_to_cells_experimental(shape, resolution, contain="full"))
    around = {cell: set(h3.grid_disk(cell, 1)) for cell in touched}
    inner = {cell for cell in full if around[cell] <= full}
    edge = set().union(*around.values()) - inner
    return Cover(resolution, frozenset(inner), frozenset(edge))
