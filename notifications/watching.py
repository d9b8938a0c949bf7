"""Whether a report fits what somebody watches for: index keys for the first cut, then the exact test.

Pure: no queries. A watch stands in the index under a few keys (the cells its shape touches, an area, its
categories, or ``*``), a report is looked up under its own (its cell at every resolution in use, the areas
around it, its category and group, ``*``). Whoever fits shares a key; whoever shares a key may not fit.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from notifications.models import Subscription
from reports.models.report import Bbox
from routing.cells import cells_over, name_of, parent
from routing.geometry import metres_per_degree, read

Polygon = Mapping[str, Any]


@dataclass(frozen=True)
class Traits:
    """What of a report somebody may watch for; ``categories`` are its own and the group's."""

    kind: str
    status: str
    categories: frozenset[str]
    areas: frozenset[str]
    cell: int | None
    latitude: float | None
    longitude: float | None


EVERYTHING = "*"
# A watch is laid out at the finest resolution at which it needs no more cells than this, more or less.
CELLS = 60
CELL_SQUARE_KM = {10: 0.0150, 9: 0.1053, 8: 0.737, 7: 5.16, 6: 36.1, 5: 252.9}
CORNERS = 24


def keys_of_watch(watch: Subscription) -> frozenset[str]:
    """The keys under which a watch stands in the index: its most telling trait."""
    if (shape := shape_of(watch)) and (cells := _cells(shape)):
        return frozenset(f"c:{name_of(cell)}" for cell in cells)
    if watch.area_code:
        return frozenset({f"a:{watch.area_code}"})
    if watch.category_codes:
        return frozenset(f"k:{code}" for code in watch.category_codes)
    return frozenset({EVERYTHING})


def keys_of_report(traits: Traits) -> frozenset[str]:
    """The keys under which those who watch for this report may stand."""
    keys = {EVERYTHING, *(f"a:{code}" for code in traits.areas), *(f"k:{code}" for code in traits.categories)}
    if traits.cell is not None:
        keys |= {f"c:{name_of(parent(traits.cell, resolution))}" for resolution in CELL_SQUARE_KM}
    return frozenset(keys)


def fits(watch: Subscription, traits: Traits) -> bool:
    """Whether a public report is what somebody watches for."""
    return (
        (not watch.statuses or traits.status in watch.statuses)
        and (not watch.kinds or traits.kind in watch.kinds)
        and (not watch.category_codes or not traits.categories.isdisjoint(watch.category_codes))
        and (not watch.area_code or watch.area_code in traits.areas)
        and _is_inside(watch, traits.latitude, traits.longitude)
    )


def shape_of(watch: Subscription) -> Polygon | None:
    """The watch as a polygon; of a circle one that is drawn around it. None when it has no shape."""
    if watch.polygon:
        return dict(watch.polygon)
    if watch.bbox:
        return _rectangle(Bbox(*watch.bbox))
    if watch.radius_m and watch.latitude is not None and watch.longitude is not None:
        return _circle(watch.latitude, watch.longitude, watch.radius_m)
    return None


def metres_between(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The distance of two points some kilometres apart, on WGS 84, to within a few centimetres."""
    along_meridian, along_parallel = metres_per_degree((latitude + other_latitude) / 2)
    north = (other_latitude - latitude) * along_meridian
    east = (other_longitude - longitude) * along_parallel
    return math.hypot(north, east)


def _is_inside(watch: Subscription, latitude: float | None, longitude: float | None) -> bool:
    if shape_of(watch) is None:
        return True
    if latitude is None or longitude is None:
        return False
    if watch.polygon:
        point = read({"type": "Point", "coordinates": [longitude, latitude]})
        return bool(read(watch.polygon).covers(point))
    if watch.bbox:
        west, south, east, north = watch.bbox
        return bool(west <= longitude <= east and south <= latitude <= north)
    metres = metres_between(watch.latitude or 0.0, watch.longitude or 0.0, latitude, longitude)
    return metres <= (watch.radius_m or 0)


def _cells(shape: Polygon) -> frozenset[int]:
    """The cells that the shape touches, at a resolution that fits its size; none for half a continent."""
    west, south, east, north = box_of(shape)
    along_meridian, along_parallel = metres_per_degree((south + north) / 2)
    square_km = (north - south) * along_meridian * (east - west) * along_parallel / 1e6
    for resolution, size in CELL_SQUARE_KM.items():
        if square_km / size <= CELLS:
            return cells_over(shape, resolution)
    return frozenset()


def box_of(shape: Polygon) -> Bbox:
    """The box around a polygon."""
    longitudes, latitudes = zip(*_positions(shape["coordinates"]), strict=True)
    return Bbox(min(longitudes), min(latitudes), max(longitudes), max(latitudes))


def _positions(coordinates: Any) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
    else:
        for inner in coordinates:
            yield from _positions(inner)


def _rectangle(box: Bbox) -> Polygon:
    west, south, east, north = box
    # A box may be a line or a point, which is no polygon: it is given a hair's breadth.
    east, north = max(east, west + 1e-7), max(north, south + 1e-7)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _circle(latitude: float, longitude: float, radius_m: float) -> Polygon:
    """A polygon around the circle, never inside it."""
    along_meridian, along_parallel = metres_per_degree(latitude)
    reach = radius_m * 1.01 / math.cos(math.pi / CORNERS)
    turns = [2 * math.pi * (corner % CORNERS) / CORNERS for corner in range(CORNERS + 1)]
    ring = [
        [
            longitude + reach * math.cos(turn) / along_parallel,
            latitude + reach * math.sin(turn) / along_meridian,
        ]
        for turn in turns
    ]
    return {"type": "Polygon", "coordinates": [ring]}
