"""Plain CSV and GeoJSON files of any city, read through a mapping."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from interop.sources.mapping import ColumnMapping
from interop.sources.rows import Item, RowFault, SourceFile, Unreadable, complete, csv_items

# GeoJSON features stand in text of any shape; this much of it is looked at at a time.
CHUNK = HEAD_CHUNK = 1 << 16
HEAD = re.compile(r'"features"\s*:\s*\[')
# Blanks, commas and the record separator of RFC 8142.
BETWEEN = " \t\r\n,\x1e"
LATITUDE, LONGITUDE = "geometry.latitude", "geometry.longitude"


def read_csv(file: SourceFile, mapping: ColumnMapping) -> Iterator[Item]:
    """Read a CSV file with a head line."""
    columns = tuple(mapping.fields.values())
    return csv_items(file, columns, mapping.fields["source_id"], mapping.row)


def read_geojson(file: SourceFile, mapping: ColumnMapping) -> Iterator[Item]:
    """Read a FeatureCollection of points, or one feature a line; ``line`` counts features.

    ``fields`` name properties, or ``id`` for the feature's own; the point is the geometry's.
    """
    fields = {**mapping.fields, "latitude": LATITUDE, "longitude": LONGITUDE}
    located = ColumnMapping(**{**mapping.__dict__, "fields": fields})
    for number, feature in enumerate(_features(file.text), start=1):
        record: dict[str, str] = {}
        try:
            record = _record(feature)
            yield complete(located.row(record, number))
        except Unreadable as fault:
            yield RowFault(number, record.get(fields["source_id"], ""), str(fault))


def _features(text: TextIO) -> Iterator[Any]:
    """The features of a collection, or of one a line, without holding the whole file."""
    decoder, buffer = json.JSONDecoder(), text.read(HEAD_CHUNK)
    head = HEAD.search(buffer)
    buffer = buffer[head.end() :] if head else buffer
    while True:
        buffer = buffer.lstrip(BETWEEN)
        if buffer.startswith("]"):
            return
        try:
            feature, end = decoder.raw_decode(buffer)
        except json.JSONDecodeError as error:
            more = text.read(CHUNK)
            if not more:
                _check_end(buffer, error)
                return
            buffer += more
            continue
        yield feature
        buffer = buffer[end:]


def _check_end(rest: str, error: json.JSONDecodeError) -> None:
    if rest:
        raise Unreadable(f"The file is no GeoJSON from here on: {rest[:40]!r} ({error.msg}).") from error


def _record(feature: Any) -> dict[str, str]:
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        raise Unreadable("This is no GeoJSON feature.")
    properties = feature.get("properties") or {}
    record = {name: _text(value) for name, value in properties.items()}
    if "id" in feature:
        record.setdefault("id", _text(feature["id"]))
    geometry = feature.get("geometry")
    if geometry is not None:
        record.update(_point(geometry))
    return record


def _point(geometry: Any) -> dict[str, str]:
    if not isinstance(geometry, Mapping) or geometry.get("type") != "Point":
        raise Unreadable("Only features with a point, or without a geometry, can be read.")
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        raise Unreadable("The point has no two coordinates.")
    return {LONGITUDE: str(coordinates[0]), LATITUDE: str(coordinates[1])}


def _text(value: Any) -> str:
    return "" if value is None else str(value)
