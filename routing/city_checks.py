"""What is wrong with a city document, each fault by its JSON path:

first its shape, then how its parts fit together.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import holidays
from django.utils.translation import override
from jsonschema import Draft202012Validator, FormatChecker

from routing import geometry
from routing.city_schema import CITY_SCHEMA, LISTS, WEEKDAYS, identity_of
from routing.questions import asked
from routing.validators import fault_of_condition, fault_of_hours, fault_of_questions, is_timezone

Document = Mapping[str, Any]
Row = Mapping[str, Any]

_FORMATS = FormatChecker(formats=("date",))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong, and where: ``$.areas[2].polygon``."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def validate(document: Any) -> list[Fault]:
    """Return every fault of a city document, in the order of its paths' appearance; none if it can be loaded.

    A document whose shape is wrong is not examined further, as its parts cannot be trusted.
    """
    errors = Draft202012Validator(CITY_SCHEMA, format_checker=_FORMATS).iter_errors(document)
    faults = [Fault(error.json_path, error.message[:300]) for error in errors]
    with override("en"):  # a document speaks English, and so do all of its faults
        return sorted(faults, key=str) if faults else list(_misfits(document))


def _misfits(document: Document) -> Iterator[Fault]:
    whole = {name: list(document.get(name, [])) for name in LISTS}
    codes = {name: {row["code"] for row in rows if "code" in row} for name, rows in whole.items()}
    yield from _of_the_city(document["city"])
    yield from _repeated(whole)
    yield from _unknown(whole, codes)
    for index, calendar in enumerate(whole["calendars"]):
        yield from _of_a_calendar(f"$.calendars[{index}]", calendar)
    yield from _of_organisations(whole["organisations"])
    for index, area in enumerate(whole["areas"]):
        yield from _of_an_area(f"$.areas[{index}]", area, document["city"])
    yield from _of_categories(whole["categories"])
    leaves = {row["code"] for row in whole["categories"] if row.get("kinds")}
    yield from _of_questions(whole["questions"], leaves)
    yield from _of_stoppers(whole["stoppers"], whole["questions"])
    yield from _of_responsibilities(whole["responsibilities"], whole["categories"])
    for name in ("organisations", "areas", "categories"):
        yield from _circles(name, whole[name])


def _of_the_city(city: Row) -> Iterator[Fault]:
    if not is_timezone(city["timezone"]):
        yield Fault("$.city.timezone", f"The timezone {city['timezone']!r} is not known.")
    for message in geometry.faults_of(city["outline"]) if city.get("outline") else ():
        yield Fault("$.city.outline", message)
    if not (box := city.get("bbox")):
        return
    west, south, east, north = box
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        yield Fault("$.city.bbox", "The order is west, south, east, north, in degrees.")
    elif not (west <= city["longitude"] <= east and south <= city["latitude"] <= north):
        yield Fault("$.city.latitude", "The centre lies outside the bounding box.")


def _repeated(whole: Mapping[str, list[Row]]) -> Iterator[Fault]:
    for name, rows in whole.items():
        seen: set[tuple[Any, ...]] = set()
        for index, row in enumerate(rows):
            identity = identity_of(name, row)
            if identity in seen:
                key = "code" if "code" in row else "version"
                yield Fault(f"$.{name}[{index}].{key}", f"The {key} {row[key]!r} is used before.")
            seen.add(identity)


def _unknown(whole: Mapping[str, list[Row]], codes: Mapping[str, set[str]]) -> Iterator[Fault]:
    references = (
        ("organisations", "parent", "organisations"),
        ("areas", "parent", "areas"),
        ("categories", "parent", "categories"),
        ("categories", "calendar", "calendars"),
        ("questions", "category", "categories"),
        ("stoppers", "category", "categories"),
        ("stoppers", "area", "areas"),
        ("stoppers", "calendar", "calendars"),
        ("responsibilities", "category", "categories"),
        ("responsibilities", "area", "areas"),
        ("responsibilities", "organisation", "organisations"),
    )
    for name, key, target in references:
        for index, row in enumerate(whole[name]):
            if (code := row.get(key)) is not None and code not in codes[target]:
                yield Fault(f"$.{name}[{index}].{key}", f"There is no {code!r} among the {target}.")


def _of_a_calendar(path: str, calendar: Row) -> Iterator[Fault]:
    if not is_timezone(calendar["timezone"]):
        yield Fault(f"{path}.timezone", f"The timezone {calendar['timezone']!r} is not known.")
    hours = {str(WEEKDAYS.index(day)): spans for day, spans in calendar["hours"].items()}
    if fault := fault_of_hours(hours):
        yield Fault(f"{path}.hours", str(fault))
    if not calendar.get("country"):
        return
    try:
        holidays.country_holidays(calendar["country"], subdiv=calendar.get("subdivision") or None)
    except NotImplementedError:
        yield Fault(f"{path}.country", "No public holidays are known for this country and subdivision.")


def _of_organisations(organisations: list[Row]) -> Iterator[Fault]:
    yield from _reversed("organisations", organisations, "starts_on", "ends_on")
    for index, row in enumerate(organisations):
        if row["kind"] == "spe" and not row.get("mandate"):
            yield Fault(f"$.organisations[{index}].mandate", "A special purpose entity has a mandate.")
    steering = [index for index, row in enumerate(organisations) if row.get("is_steering")]
    if not steering:
        yield Fault(
            "$.organisations", "One organisation must be steering: its desk gets what no rule routes."
        )
    for index in steering[1:]:
        yield Fault(f"$.organisations[{index}].is_steering", "Another organisation is steering already.")


def _of_an_area(path: str, area: Row, city: Row) -> Iterator[Fault]:
    first, last = area.get("valid_from"), area.get("valid_to")
    if first and last and date.fromisoformat(last) < date.fromisoformat(first):
        yield Fault(f"{path}.valid_to", f"It ends on {last}, before it starts on {first}.")
    faults = geometry.faults_of(area["polygon"])
    for message in faults:
        yield Fault(f"{path}.polygon", message)
    box = city.get("bbox")
    if box and not faults and not geometry.overlaps_box(area["polygon"], box):
        yield Fault(f"{path}.polygon", "It lies outside the city's bounding box.")


def _of_categories(categories: list[Row]) -> Iterator[Fault]:
    groups = {row["code"] for row in categories if not row.get("kinds")}
    known = {row["code"] for row in categories}
    for index, row in enumerate(categories):
        path = f"$.categories[{index}]"
        parent = row.get("parent")
        if parent in known and parent not in groups:
            yield Fault(f"{path}.parent", f"{parent!r} takes reports, so it is no group.")
        if not row.get("kinds") and parent is not None:
            yield Fault(f"{path}.kinds", "A category takes at least one kind; a group has no group above it.")
        acknowledge, resolve = row.get("acknowledge_hours"), row.get("resolve_hours")
        if acknowledge is not None and resolve is not None and acknowledge > resolve:
            yield Fault(f"{path}.acknowledge_hours", "It is acknowledged before it is resolved.")


def _of_questions(questions: list[Row], leaves: set[str]) -> Iterator[Fault]:
    for index, row in enumerate(questions):
        path = f"$.questions[{index}]"
        if row["category"] not in leaves:
            yield Fault(f"{path}.category", f"{row['category']!r} is no category that takes reports.")
        if fault := fault_of_questions(row["schema"]):
            yield Fault(f"{path}.schema", str(fault))


def _of_stoppers(stoppers: list[Row], questions: list[Row]) -> Iterator[Fault]:
    yield from _reversed("stoppers", stoppers, "valid_from", "valid_to")
    known: dict[str, set[str]] = {}
    for row in questions:
        known.setdefault(row["category"], set()).update(asked(row["schema"]))
    for index, stopper in enumerate(stoppers):
        path, condition = f"$.stoppers[{index}].condition", stopper.get("condition")
        if not condition:
            continue
        if fault := fault_of_condition(condition):
            yield Fault(path, str(fault))
            continue
        names = set(asked(condition)) - known.get(stopper.get("category") or "", set())
        if names or not stopper.get("category"):
            said = ", ".join(sorted(names))
            yield Fault(path, f"It is about answers that its category never asked for: {said}.")


def _of_responsibilities(rules: list[Row], categories: list[Row]) -> Iterator[Fault]:
    yield from _reversed("responsibilities", rules, "valid_from", "valid_to")
    seen: set[tuple[Any, ...]] = set()
    owned = {rule.get("category") for rule in rules if rule["role"] == "owner"}
    parents = {row["code"]: row.get("parent") for row in categories}
    for index, rule in enumerate(rules):
        path, category = f"$.responsibilities[{index}]", rule.get("category")
        identity = (
            category,
            rule.get("area"),
            rule["organisation"],
            rule["role"],
            rule.get("valid_from"),
        )
        if identity in seen:
            yield Fault(path, "The same responsibility is written before.")
        seen.add(identity)
        if rule["role"] == "executor" and not _has_owner(category, owned, parents):
            yield Fault(f"{path}.role", f"Nobody owns {category!r}, so nobody can ask for its work.")


def _has_owner(category: str | None, owned: set[Any], parents: Mapping[str, str | None]) -> bool:
    """Tell whether someone owns the category, its group, anything, or (of a group) a category in it."""
    if None in owned or category in owned or parents.get(category or "") in owned - {None}:
        return True
    leaves = {code for code, parent in parents.items() if category is None or parent == category}
    return bool(leaves & owned)


def _reversed(name: str, rows: Iterable[Row], first: str, last: str) -> Iterator[Fault]:
    for index, row in enumerate(rows):
        start, end = row.get(first), row.get(last)
        if start and end and date.fromisoformat(end) < date.fromisoformat(start):
            yield Fault(f"$.{name}[{index}].{last}", f"It ends on {end}, before it starts on {start}.")


def _circles(name: str, rows: list[Row]) -> Iterator[Fault]:
    parents = {row["code"]: row.get("parent") for row in rows}
    for index, row in enumerate(rows):
        above, seen = row.get("parent"), set[str]()
        while above is not None and above not in seen and above != row["code"]:
            seen.add(above)
            above = parents.get(above)
        if above == row["code"]:
            yield Fault(f"$.{name}[{index}].parent", f"{row['code']!r} stands above itself.")
