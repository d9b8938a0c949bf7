"""Polygons: which areas hold a point, how far the nearest border is, what lies within reach. The one file
with Shapely.

All coordinates are degrees of WGS 84. A border belongs to the areas on both its sides.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

# Squares are 1/512 of a degree, about 200 m: a power of two, so that a point and its square agree exactly.
_SQUARES_PER_DEGREE: Final = 512
_MOST_SQUARES: Final = 400_000
_MOST_SQUARES_LOOKED_AT: Final = 9
_REACHES_M: Final = (150.0, 500.0, 2_000.0, 10_000.0, 100_000.0, 50_000_000.0)
_DISC_CORNERS: Final = 32
_SLIVER: Final = 1e-6

_Segment = tuple[tuple[float, float], tuple[float, float]]
_Square = tuple[tuple[int, ...], tuple[int, ...]]


def metres_per_degree(latitude: float) -> tuple[float, float]:
    """Return the length of one degree of latitude and of one degree of longitude, on WGS 84; at least 1."""
    angle = math.radians(latitude)
    along_meridian = 111132.954 - 559.822 * math.cos(2 * angle) + 1.175 * math.cos(4 * angle)
    along_parallel = 111412.84 * math.cos(angle) - 93.5 * math.cos(3 * angle) + 0.118 * math.cos(5 * angle)
    return along_meridian, max(1.0, along_parallel)


def square_metres(geometry: BaseGeometry) -> float:
    """Return the size of a city-sized geometry."""
    if geometry.is_empty:
        return 0.0
    along_meridian, along_parallel = metres_per_degree(geometry.centroid.y)
    return float(geometry.area) * along_meridian * along_parallel


def read(polygon: Mapping[str, Any]) -> BaseGeometry:
    """Read a GeoJSON geometry. Raises ValueError (or a subclass) if it is none."""
    geometry: BaseGeometry = shape(dict(polygon))
    return geometry


def faults_of(polygon: Any) -> list[str]:
    """Return what is wrong with a GeoJSON Polygon or MultiPolygon (RFC 7946), in words."""
    if not isinstance(polygon, Mapping) or polygon.get("type") not in {"Polygon", "MultiPolygon"}:
        return ["This is no GeoJSON Polygon or MultiPolygon."]
    coordinates: Any = polygon.get("coordinates")
    try:
        rings = [coordinates] if polygon["type"] == "Polygon" else list(coordinates)
        faults = [fault for polygon_rings in rings for fault in _faults_of_rings(polygon_rings)]
    except (TypeError, ValueError, IndexError):
        return ["Coordinates are rings of positions, each of longitude and latitude."]
    if faults or not rings:
        return faults or ["A polygon has at least one ring."]
    reason = shapely.is_valid_reason(read(polygon))
    return [] if reason == "Valid Geometry" else [f"The polygon is not valid: {reason}."]


def mended(polygons: Sequence[Mapping[str, Any]], tolerance_m: float = 0.0) -> list[dict[str, Any]]:
    """Return foreign GeoJSON polygons as this house keeps them: valid, rings in the order of RFC 7946, and
    coordinates of six decimals, which are eleven centimetres.

    With a tolerance their outlines are made simpler by about so many metres; a border that two of them share
    stays shared, without gap or overlap. Raises ValueError if there is no area in one of them.
    """
    shapes = [_areal(shapely.set_precision(shapely.make_valid(read(one)), 1e-6)) for one in polygons]
    if tolerance_m:
        degrees = tolerance_m / metres_per_degree(0.0)[0]
        simple = shapely.coverage_simplify(shapes, degrees)
        shapes = [_areal(shapely.set_precision(shapely.make_valid(one), 1e-6)) for one in simple]
    documents = [json.loads(shapely.to_geojson(shapely.orient_polygons(one))) for one in shapes]
    return [{"type": d["type"], "coordinates": _rounded(d["coordinates"])} for d in documents]


def _areal(geometry: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a geometry without its points and lines."""
    parts = [part for part in getattr(geometry, "geoms", [geometry]) if part.geom_type.endswith("Polygon")]
    whole = shapely.union_all(parts)
    if whole.is_empty:
        raise ValueError("There is no area in this geometry.")
    return whole


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, float | int):
        return round(coordinates, 6)
    return [_rounded(part) for part in coordinates]


def overlaps_box(polygon: Mapping[str, Any], box: Sequence[float]) -> bool:
    """Tell whether a polygon shares more than a border with (west, south, east, north)."""
    west, south, east, north = box
    return float(shapely.intersection(read(polygon), shapely.box(west, south, east, north)).area) > 0


def _position(position: Any) -> tuple[float, float]:
    longitude, latitude = position[0], position[1]
    if isinstance(longitude, str | bool) or isinstance(latitude, str | bool):
        raise TypeError("A coordinate is a number.")
    return float(longitude), float(latitude)


def _faults_of_rings(rings: Any) -> list[str]:
    faults = [] if len(rings) else ["A polygon has at least one ring."]
    for number, ring in enumerate(rings):
        positions = [_position(position) for position in ring]
        if len(positions) < 4 or positions[0] != positions[-1]:
            faults.append(
                f"Ring {number} is not closed: its last position must be its first, and four the fewest."
            )
        elif any(not (abs(x) <= 180 and abs(y) <= 90) for x, y in positions):
            faults.append(f"Ring {number} leaves the earth: positions are longitude, then latitude.")
        elif shapely.is_ccw(shapely.linearrings(positions)) != (number == 0):
            way = "counter-clockwise" if number == 0 else "clockwise"
            faults.append(f"Ring {number} runs the wrong way: it must run {way}.")
    return faults


class AreaIndex:
    """Finds the areas that hold a point, by their position in the given sequence.

    The plane is divided into small squares, surveyed when a point first falls into one: an area covers the
    square, or touches it, or is not there. Only the areas that touch a square need a look at their polygon.
    """

    def __init__(self, geometries: Sequence[BaseGeometry]) -> None:
        self.geometries = tuple(geometries)
        shapely.prepare(list(self.geometries))
        self._tree = shapely.STRtree(self.geometries)
        self._squares: dict[tuple[int, int], _Square] = {}

    def at(self, latitude: float, longitude: float) -> tuple[int, ...]:
        """Return the positions of the areas that hold the point, borders included, in ascending order."""
        key = _square_of(latitude), _square_of(longitude)
        square = self._squares.get(key)
        if square is None:
            square = self._survey(key)
        covering, touching = square
        if not touching:
            return covering
        geometries = self.geometries
        found = tuple(i for i in touching if shapely.intersects_xy(geometries[i], longitude, latitude))
        if not found:
            return covering
        return tuple(sorted(covering + found)) if covering else found

    def is_uniform(self, latitude: float, longitude: float, radius_m: float) -> bool:
        """Tell, at little cost and never wrongly yes, that no border of any area comes within the radius."""
        along_meridian, along_parallel = metres_per_degree(latitude)
        up, across = radius_m / along_meridian, radius_m / along_parallel
        rows = range(_square_of(latitude - up), _square_of(latitude + up) + 1)
        columns = range(_square_of(longitude - across), _square_of(longitude + across) + 1)
        if len(rows) * len(columns) > _MOST_SQUARES_LOOKED_AT:
            return False
        squares = [
            self._squares.get((row, column)) or self._survey((row, column))
            for row in rows
            for column in columns
        ]
        return (
            not any(touching for _, touching in squares) and len({covering for covering, _ in squares}) == 1
        )

    def within(
        self, latitude: float, longitude: float, radius_m: float, only: frozenset[int]
    ) -> set[tuple[int, ...]]:
        """Return every combination of areas that holds some part of the disc, of the areas in ``only``."""
        disc = _disc(latitude, longitude, radius_m)
        smallest = disc.area * _SLIVER
        parts: list[tuple[BaseGeometry, tuple[int, ...]]] = [(disc, ())]
        for position in sorted(only.intersection(self._tree.query(disc, predicate="intersects").tolist())):
            parts = [
                part
                for piece, members in parts
                for part in self._split(piece, members, position)
                if part[0].area > smallest
            ]
        return {members for _, members in parts}

    def _split(
        self, piece: BaseGeometry, members: tuple[int, ...], position: int
    ) -> tuple[tuple[BaseGeometry, tuple[int, ...]], ...]:
        area = self.geometries[position]
        if shapely.contains_properly(area, piece):
            return ((piece, (*members, position)),)
        return (
            (shapely.intersection(piece, area), (*members, position)),
            (shapely.difference(piece, area), members),
        )

    def _survey(self, key: tuple[int, int]) -> _Square:
        south, west = key[0] / _SQUARES_PER_DEGREE, key[1] / _SQUARES_PER_DEGREE
        side = 1 / _SQUARES_PER_DEGREE
        box = shapely.box(west, south, west + side, south + side)
        near = sorted(self._tree.query(box, predicate="intersects").tolist())
        covering = tuple(i for i in near if shapely.covers(self.geometries[i], box))
        square = covering, tuple(i for i in near if i not in covering)
        if len(self._squares) >= _MOST_SQUARES:
            self._squares.clear()
        self._squares[key] = square
        return square


class Borders:
    """Measures the way from a point to the nearest border of some areas."""

    def __init__(self, geometries: Iterable[BaseGeometry] = ()) -> None:
        # A border that two areas share is one border.
        self._segments = sorted({segment for geometry in geometries for segment in _segments(geometry)})
        self._tree = shapely.STRtree([shapely.linestrings(segment) for segment in self._segments])

    def distance_m(self, latitude: float, longitude: float) -> float | None:
        """Return the metres to the nearest border; None if there is none at all."""
        if not self._segments:
            return None
        reaches = (
            found
            for reach in _REACHES_M
            if (found := self.nearer_than(latitude, longitude, reach)) is not None
        )
        return next(reaches, None)

    def nearer_than(self, latitude: float, longitude: float, reach_m: float) -> float | None:
        """Return the metres to the nearest border if it comes within ``reach_m``; else None."""
        along_meridian, along_parallel = metres_per_degree(latitude)
        up, across = reach_m / along_meridian, reach_m / along_parallel
        box = shapely.box(longitude - across, latitude - up, longitude + across, latitude + up)
        nearest = math.inf
        for position in self._tree.query(box).tolist():
            (x1, y1), (x2, y2) = self._segments[position]
            x1, x2 = (x1 - longitude) * along_parallel, (x2 - longitude) * along_parallel
            y1, y2 = (y1 - latitude) * along_meridian, (y2 - latitude) * along_meridian
            nearest = min(nearest, _way_to(x1, y1, x2 - x1, y2 - y1))
        return nearest if nearest <= reach_m else None


def _square_of(degrees: float) -> int:
    return math.floor(degrees * _SQUARES_PER_DEGREE)


def _segments(geometry: BaseGeometry) -> Iterator[_Segment]:
    """Yield the straight pieces of a border, each in the same direction whichever way its ring runs."""
    polygons: list[Any] = list(getattr(geometry, "geoms", [geometry]))
    for polygon in polygons:
        for ring in (polygon.exterior, *polygon.interiors):
            points = [(x, y) for x, y, *_ in ring.coords]
            for start, end in pairwise(points):
                yield (start, end) if start <= end else (end, start)


def _way_to(x: float, y: float, dx: float, dy: float) -> float:
    """Return how far the origin is from the segment that starts at (x, y) and runs along (dx, dy)."""
    length = dx * dx + dy * dy
    share = 0.0 if length == 0 else min(1.0, max(0.0, -(x * dx + y * dy) / length))
    return math.hypot(x + share * dx, y + share * dy)


def _disc(latitude: float, longitude: float, radius_m: float) -> BaseGeometry:
    """Return a polygon drawn around the disc, never inside it."""
    along_meridian, along_parallel = metres_per_degree(latitude)
    reach = radius_m / math.cos(math.pi / _DISC_CORNERS)
    turns = [2 * math.pi * corner / _DISC_CORNERS for corner in range(_DISC_CORNERS)]
    return shapely.Polygon(
        [
            (
                longitude + reach * math.cos(turn) / along_parallel,
                latitude + reach * math.sin(turn) / along_meridian,
            )
            for turn in turns
        ]
    )
