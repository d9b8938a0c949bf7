"""The catalogue as a phone shows it before anything is sent: from memory, without the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from weakref import WeakKeyDictionary

from routing.decision import RoutingDecision
from routing.measured import Measure, MeasuredTimes
from routing.questions import fits, hazard_condition, in_language
from routing.rows import CategoryRow, StopperRow
from routing.snapshot import Snapshot
from routing.stoppers import Place, areas_of, is_about, is_there, stoppers_in_force
from routing.validators import SUBSYSTEMS

Json = dict[str, Any]

HAZARD_ICON: Final = "warning"
PLAIN_ICON: Final = "report"
SUBSYSTEM_ICONS: Final = {
    "traffic_information": "traffic-information",
    "inquiry_service": "inquiry",
    "traffic_safety": "safety",
    "service_guide": "guide",
    "customised_service": "customised",
}
PHASES: Final = ("acknowledge", "resolve")


@dataclass(frozen=True)
class _Part:
    """A category, and what is said of it wherever and whenever it is asked for."""

    row: CategoryRow
    body: Json


@dataclass(frozen=True)
class _Group:
    body: Json
    parts: list[_Part]


@dataclass(frozen=True)
class _Asked:
    """Where and when the catalogue is asked for, and what holds there."""

    snapshot: Snapshot
    times: MeasuredTimes
    language: str
    at: datetime
    place: Place | None
    areas: frozenset[str] | None
    stoppers: list[tuple[StopperRow, datetime | None]]


_parts_known: WeakKeyDictionary[Snapshot, dict[str, list[_Group]]] = WeakKeyDictionary()


def catalogue(
    snapshot: Snapshot,
    times: MeasuredTimes,
    language: str,
    at: datetime,
    place: Place | None = None,
    kind: str | None = None,
) -> Json:
    """Return the active categories (those that take ``kind``) by group, in ``language``, en or zh.

    With a place, also who answers for each there, and only the stoppers that hold there; without one, a
    stopper of an area names its area.
    """
    stoppers = list(stoppers_in_force(snapshot, at).values())
    areas = areas_of(snapshot, place, at)
    asked = _Asked(snapshot, times, language, at, place, areas, stoppers)
    groups = []
    for group in _groups(snapshot, language):
        wanted = [part for part in group.parts if kind in (None, *part.row.kinds)]
        if wanted:
            groups.append({**group.body, "categories": [_shown(part, asked) for part in wanted]})
    return {
        "version": snapshot.version,
        "measured_at": times.measured_at,
        "emergency": _emergency(snapshot, language),
        "groups": groups,
    }


def notices(
    snapshot: Snapshot, row: CategoryRow, place: Place | None, answers: Json, at: datetime, language: str
) -> list[Json]:
    """Return the stoppers that hold for these answers to a category, at a place and moment."""
    areas = areas_of(snapshot, place, at)
    return [
        _stopper(stopper, until, language)
        for stopper, until in stoppers_in_force(snapshot, at).values()
        if is_about(stopper, row)
        and is_there(stopper, areas)
        and (not stopper.condition or fits(stopper.condition, answers))
    ]


def expected_times(times: MeasuredTimes, category: str, organisation: str | None) -> Json:
    """Return how long a category took lately, by phase; null where that is not available."""
    return {phase: _expected(times, category, organisation, phase) for phase in PHASES}


def icon_of(row: CategoryRow) -> str:
    """Return the icon of a category or group: its own, or a hazard's, or that of its first subsystem."""
    if row.icon or row.is_hazard:
        return row.icon or HAZARD_ICON
    return next((SUBSYSTEM_ICONS[name] for name in row.subsystems if name in SUBSYSTEM_ICONS), PLAIN_ICON)


def _groups(snapshot: Snapshot, language: str) -> list[_Group]:
    """Return what does not depend on place or time, made once for a snapshot and language."""
    known = _parts_known.setdefault(snapshot, {})
    if language not in known:
        known[language] = _groups_anew(snapshot, language)
    return known[language]


def _groups_anew(snapshot: Snapshot, language: str) -> list[_Group]:
    found: dict[str, list[_Part]] = {}
    for row in snapshot.categories.values():
        if row.is_active and not row.is_group:
            found.setdefault(row.parent or "", []).append(_Part(row, _category(snapshot, row, language)))
    return [
        _Group(
            {
                "code": code,
                "name": snapshot.category_name(code, language),
                "icon": icon_of(snapshot.categories[code]) if code else PLAIN_ICON,
            },
            found[code],
        )
        for code in sorted(found, key=_order)
    ]


def _category(snapshot: Snapshot, row: CategoryRow, language: str) -> Json:
    acknowledge, resolve, _ = snapshot.service_hours(row.code)
    return {
        "code": row.code,
        "name": row.name(language) or row.code,
        "icon": icon_of(row),
        "kinds": list(row.kinds),
        "subsystems": list(row.subsystems),
        "keywords": list(row.keywords.get(language, [])),
        "is_hazard": row.is_hazard,
        "is_private_by_default": row.is_private_by_default,
        "photo_rule": row.photo_rule,
        "questions": in_language(row.questions, language),
        "questions_version": row.questions_version,
        "acknowledge_hours": acknowledge,
        "resolve_hours": resolve,
        "emergency": _danger(snapshot, row, language),
    }


def _danger(snapshot: Snapshot, row: CategoryRow, language: str) -> Json | None:
    """Return the emergency text if the category is a hazard, or with the answers that make it one."""
    text = snapshot.city.emergency(language) if snapshot.city else ""
    condition = None if row.is_hazard else hazard_condition(row.questions)
    if not text or not (row.is_hazard or condition):
        return None
    return {"text": text, "condition": condition}


def _emergency(snapshot: Snapshot, language: str) -> Json | None:
    city = snapshot.city
    if city is None or not (city.emergency(language) or city.emergency_numbers):
        return None
    numbers = [{"number": row["number"], "name": row[f"name_{language}"]} for row in city.emergency_numbers]
    return {"text": city.emergency(language), "numbers": numbers}


def _shown(part: _Part, asked: _Asked) -> Json:
    snapshot, row = asked.snapshot, part.row
    decision = snapshot.resolve(row.code, *asked.place, asked.at) if asked.place else None
    answering = decision.organisation if decision and not decision.needs_triage else None
    return {
        **part.body,
        "expected": expected_times(asked.times, row.code, answering),
        "stoppers": [
            _stopper(stopper, until, asked.language)
            for stopper, until in asked.stoppers
            if is_about(stopper, row) and (asked.place is None or is_there(stopper, asked.areas))
        ],
        "answers": _answers(snapshot, decision, asked.language) if decision else None,
    }


def _expected(times: MeasuredTimes, category: str, organisation: str | None, phase: str) -> Json | None:
    found = times.of(category, organisation, phase)
    if found is None:
        return None
    measure: Measure
    measure, is_own = found
    return {
        "median_hours": measure.median_hours,
        "p90_hours": measure.p90_hours,
        "cases": measure.cases,
        "open_cases": measure.open_cases,
        "organisation": organisation if is_own else None,
    }


def _stopper(row: StopperRow, until: datetime | None, language: str) -> Json:
    return {
        "code": row.code,
        "text": row.text(language),
        "is_blocking": row.is_blocking,
        "condition": dict(row.condition) or None,
        "area": row.area,
        "until": until,
    }


def _answers(snapshot: Snapshot, decision: RoutingDecision, language: str) -> Json:
    sentence = decision.sentence_en if language == "en" else decision.sentence_zh
    return {
        "organisation": _organisation(snapshot, decision.organisation, language),
        "executor": _organisation(snapshot, decision.executor, language),
        "needs_triage": decision.needs_triage,
        "triage_reason": decision.triage_reason.value,
        "sentence": sentence,
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
