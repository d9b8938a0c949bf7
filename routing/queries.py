"""The areas as a phone draws them, and the names behind codes: from the snapshot, without the database."""

from datetime import datetime
from typing import Any

from routing.datum import Datum, from_wgs84
from routing.ranking import is_valid
from routing.rows import AreaRow
from routing.snapshot import RoutingDecision, Snapshot

Json = dict[str, Any]


def areas_as_geojson(snapshot: Snapshot, language: str, at: datetime, datum: str, kind: str | None) -> Json:
    """Return the areas of today's generation as a FeatureCollection, corners in ``datum``."""
    today = snapshot.day_of(at)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": row.code,
                "properties": _properties(row, language),
                "geometry": _in_datum(row.polygon, datum),
            }
            for row in snapshot.areas.values()
            if is_valid(row, today) and kind in {None, row.kind}
        ],
    }


def names_in(snapshot: Snapshot, decision: RoutingDecision, language: str) -> dict[str, str]:
    """Return the names behind the codes of a decision, by code."""
    organisations = [decision.organisation, decision.executor]
    organisations += [candidate.organisation for candidate in decision.alternatives]
    names = {code: snapshot.organisation_name(code, language) for code in organisations if code}
    names |= {code: snapshot.area_name(code, language) for code in decision.areas}
    return names | {decision.category: snapshot.category_name(decision.category, language)}


def _properties(row: AreaRow, language: str) -> Json:
    return {
        "code": row.code,
        "kind": row.kind,
        "name": row.name(language) or row.code,
        "parent": row.parent,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }


def _in_datum(polygon: Any, datum: str) -> Json:
    if datum == Datum.WGS84:
        return dict(polygon)
    return {"type": polygon["type"], "coordinates": _moved(polygon["coordinates"], datum)}


def _moved(coordinates: Any, datum: str) -> Any:
    if isinstance(coordinates[0], int | float):
        latitude, longitude = from_wgs84(coordinates[1], coordinates[0], datum)
        return [round(longitude, 7), round(latitude, 7)]
    return [_moved(part, datum) for part in coordinates]
