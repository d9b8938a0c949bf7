"""The spatial conditions of the ORM: a point in a box, by index, and in a polygon; and distance."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, FloatField, Func
from django.db.models.expressions import Combinable, ExpressionWrapper
from django.db.models.sql.compiler import SQLCompiler

from routing.geometry import AreaIndex, metres_per_degree, read

Ring = list[list[float]]


class InBox(Func):
    """``InBox(longitude, latitude, west, south, east, north)``: an indexed condition on both databases."""

    output_field = BooleanField()
    conditional = True

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, Any]:
        """Four comparisons, which a composite index on (latitude, longitude) serves."""
        (lon, lat, west, south, east, north), params = self._parts(compiler)
        sql = f"({lat} BETWEEN {south} AND {north} AND {lon} BETWEEN {west} AND {east})"
        return sql, (*params[1], *params[3], *params[5], *params[0], *params[2], *params[4])

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, Any]:
        """The built-in point type, whose GiST index needs no extension."""
        (lon, lat, west, south, east, north), params = self._parts(compiler)
        sql = f"point({lon}, {lat}) <@ box(point({west}, {south}), point({east}, {north}))"
        return sql, tuple(value for part in params for value in part)

    def _parts(self, compiler: SQLCompiler) -> tuple[list[str], list[tuple[Any, ...]]]:
        compiled = [compiler.compile(expression) for expression in self.get_source_expressions()]
        return [sql for sql, _ in compiled], [tuple(params) for _, params in compiled]


class InPolygon(Func):
    """``InPolygon(longitude, latitude, polygon=…)``: exactly in a GeoJSON (Multi)Polygon, borders included.

    No index serves it; a coarser condition has to stand beside it. PostgreSQL has polygons built in; on
    SQLite the connection has the function ``polygon_holds``.
    """

    output_field = BooleanField()
    conditional = True

    def __init__(self, longitude: Any, latitude: Any, *, polygon: Mapping[str, Any]) -> None:
        super().__init__(longitude, latitude)
        self.polygon = polygon

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, Any]:
        """The function of the connection; see ``polygon_holds`` below."""
        (lon, lon_params), (lat, lat_params) = map(compiler.compile, self.get_source_expressions())
        return f"polygon_holds(%s, {lon}, {lat})", (json.dumps(self.polygon), *lon_params, *lat_params)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, Any]:
        """In an outer ring and in none of the holes of that ring."""
        (lon, lon_params), (lat, lat_params) = map(compiler.compile, self.get_source_expressions())
        holds = f"%s::polygon @> point({lon}, {lat})"
        parts, params = [], []
        for outer, *holes in _parts(self.polygon):
            conditions = [holds]
            conditions += [f"NOT ({holds})"] * len(holes)
            parts.append(f"({' AND '.join(conditions)})")
            for ring in (outer, *holes):
                params += [_written(ring), *lon_params, *lat_params]
        return f"({' OR '.join(parts)})", tuple(params)


def polygon_holds(polygon: str, longitude: float | None, latitude: float | None) -> bool:
    """Whether a GeoJSON (Multi)Polygon holds a point: the function that every SQLite connection has."""
    if longitude is None or latitude is None:
        return False
    return bool(_index(polygon).at(latitude, longitude))


def square_metres_between(latitude: float, longitude: float) -> Combinable:
    """The square of a report's distance in metres from a point, on the plane that touches there.

    Good to a thousandth within a city. The same row always gives the same number, so lists can be sorted.
    """
    along_meridian, along_parallel = metres_per_degree(latitude)
    north = (F("latitude") - latitude) * along_meridian
    east = (F("longitude") - longitude) * along_parallel
    return ExpressionWrapper(north * north + east * east, output_field=FloatField())


def bounds_of(polygon: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """West, south, east and north of a GeoJSON (Multi)Polygon."""
    corners = [position for outer, *_holes in _parts(polygon) for position in outer]
    longitudes, latitudes = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


@lru_cache(maxsize=64)
def _index(polygon: str) -> AreaIndex:
    return AreaIndex([read(json.loads(polygon))])


def _parts(polygon: Mapping[str, Any]) -> Iterator[list[Ring]]:
    """The polygons of a GeoJSON Polygon or MultiPolygon, each an outer ring and its holes."""
    yield from [polygon["coordinates"]] if polygon["type"] == "Polygon" else polygon["coordinates"]


def _written(ring: Ring) -> str:
    """A ring as PostgreSQL reads a polygon."""
    return f"({','.join(f'({position[0]!r},{position[1]!r})' for position in ring)})"
