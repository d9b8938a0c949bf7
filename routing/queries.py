"""What the configuration looks like to a phone: read from the snapshot, without the database."""

from datetime import datetime
from typing import Any

from routing.datum import Datum, from_wgs84
from routing.ranking import is_valid
from routing.rows import AreaRow, CategoryRow
from routing.snapshot import RoutingDecision, Snapshot
from routing.validators import SUBSYSTEMS

Place = tuple[float, float]
Json = dict[str, Any]


def catalogue(snapshot: Snapshot, language: str, at: datetime, place: Place | None = None) -> Json:
    """Return the active categories by group; with a ``place``, also who answers for each there."""
    groups: dict[str, list[CategoryRow]] = {}
    for row in snapshot.categories.values():
        if row.is_active and not row.is_group:
            groups.setdefault(row.parent or "", []).append(row)
    return {
        "version": snapshot.version,
        "groups": [
            {
                "code": code,
                "name": snapshot.category_name(code, language),
                "categories": [
                    {**_category(row, language), "answers": _answers(snapshot, row, language, at, place)}
                    for row in groups[code]
                ],
            }
            for code in sorted(groups, key=_order)
        ],
    }


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


def _category(row: CategoryRow, language: str) -> Json:
    return {
        "code": row.code,
        "name": row.name(language) or row.code,
        "kinds": list(row.kinds),
        "subsystems": list(row.subsystems),
        "is_hazard": row.is_hazard,
        "is_private_by_default": row.is_private_by_default,
        "is_photo_required": row.is_photo_required,
        "stopper": row.stopper_en if language == "en" else row.stopper_zh,
        "keywords": list(row.keywords.get(language, [])),
        "questions": dict(row.questions),
        "questions_version": row.questions_version,
        "acknowledge_hours": row.acknowledge_hours,
        "resolve_hours": row.resolve_hours,
    }


def _answers(
    snapshot: Snapshot, row: CategoryRow, language: str, at: datetime, place: Place | None
) -> Json | None:
    if place is None:
        return None
    decision = snapshot.resolve(row.code, *place, at)
    return {
        "organisation": _organisation(snapshot, decision.organisation, language),
        "executor": _organisation(snapshot, decision.executor, language),
        "needs_triage": decision.needs_triage,
        "triage_reason": decision.triage_reason.value,
    }


def _organisation(snapshot: Snapshot, code: str | None, language: str) -> Json | None:
    if code is None:
        return None
    kind = snapshot.organisations[code].kind if code in snapshot.organisations else ""
    return {"code": code, "name": snapshot.organisation_name(code, language), "kind": kind}


def _order(group: str) -> tuple[int, str]:
    """The five subsystems in their order, then other groups, then what has no group."""
    if group in SUBSYSTEMS:
        return SUBSYSTEMS.index(group), ""
    return len(SUBSYSTEMS) + (not group), group


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
