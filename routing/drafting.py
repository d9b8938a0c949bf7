"""Write what was learnt as a city document: organisations, areas, categories and responsibilities.

Pure. Codes are made from names, the same for the same names, so that a city learnt twice can be loaded twice.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from routing.city_schema import FORMAT
from routing.geometry import mended
from routing.learning import WHOLE_CITY, Learnt
from routing.rows import AreaRow, CategoryRow, CityRow, OrganisationRow, RuleRow
from routing.snapshot import Snapshot

MOST_CODE = 60
STEERING = "city-hall"
OTHER = "other"
FIRST_PRECEDENCE = 100
# The outlines of learnt territories are the zigzag of their cells; smoothed by this much they are nearer the
# truth (chosen as in ``learning``). Known areas keep all that a report's position can tell apart.
LEARNT_TOLERANCE_M = 70.0
KNOWN_TOLERANCE_M = 10.0
Json = dict[str, Any]


@dataclass(frozen=True)
class BaseArea:
    """An area that is known beforehand: its kind, its name and its GeoJSON geometry."""

    kind: str
    name: str
    geometry: Mapping[str, Any]


@dataclass(frozen=True)
class CityFacts:
    """What cannot be learnt from cases."""

    code: str
    name: str
    timezone: str
    bbox: tuple[float, float, float, float]
    default_points: Sequence[tuple[float, float]] = ()
    source: str = ""
    territory_kind: str = "service_area"


@dataclass(frozen=True)
class Names:
    """What is behind the names in the rules: category → group and kinds, organisation → its department."""

    groups: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)


class Codes:
    """Gives every name of one sort its code: ASCII, at most 80 characters, never the same for two names.

    The steering bureau is known by its code.
    """

    def __init__(self, names: Iterable[str], taken: Iterable[str] = (), prefix: str = "") -> None:
        names = sorted(set(names))
        plain = {name: prefix + _slug(name) for name in names}
        crowd = Counter([*plain.values(), *taken])
        self._codes = {
            name: slug
            if slug != prefix and crowd[slug] == 1
            else f"{slug.rstrip('-') or 'x'}-{_digest(name)}"
            for name, slug in plain.items()
        }

    def __getitem__(self, name: str) -> str:
        return STEERING if name == STEERING else self._codes[name]


def draft_city(facts: CityFacts, learnt: Learnt, names: Names, base_areas: Sequence[BaseArea] = ()) -> Json:
    """Return the document of a city in which the learnt rules hold.

    A steering bureau is added for triage, and a category ``other`` for which nobody answers.
    """
    queues = ({rule.organisation for rule in learnt.rules} | set(names.departments)) - {STEERING}
    departments = set(names.departments.values()) - {""}
    organisations = Codes(queues | departments, taken=(STEERING,))
    groups = set(names.groups.values()) - {""}
    group_codes = Codes(groups, prefix="group-")
    categories = Codes({rule.category for rule in learnt.rules} | set(names.groups), taken=(OTHER,))
    areas = Codes(f"{facts.territory_kind} {label}" for label in learnt.territories)
    return {
        "format": FORMAT,
        "city": _city(facts),
        "organisations": _organisations(facts, queues, departments, names, organisations),
        "areas": [
            *_known_areas(base_areas),
            *_areas(facts.territory_kind, learnt.territories, areas, LEARNT_TOLERANCE_M),
        ],
        "categories": _categories(facts, learnt, names, group_codes, categories),
        "responsibilities": _responsibilities(facts, learnt, organisations, categories, areas),
    }


def _city(facts: CityFacts) -> Json:
    west, south, east, north = facts.bbox
    return {
        "code": facts.code,
        "name_zh": facts.name,
        "name_en": facts.name,
        "timezone": facts.timezone,
        "latitude": round((south + north) / 2, 6),
        "longitude": round((west + east) / 2, 6),
        "bbox": list(facts.bbox),
        "default_points": [list(point) for point in facts.default_points],
    }


def _organisations(
    facts: CityFacts, queues: set[str], departments: set[str], names: Names, codes: Codes
) -> list[Json]:
    """Departments first: a parent stands before its children."""
    steering = _organisation(STEERING, f"{facts.name}: city hall", None) | {"is_steering": True}
    above = [_organisation(codes[name], name, None) for name in sorted(departments)]
    below = []
    for name in sorted(queues - departments):
        department = names.departments.get(name, "")
        below.append(_organisation(codes[name], name, codes[department] if department else None))
    return [steering, *above, *below]


def _organisation(code: str, name: str, parent: str | None) -> Json:
    return {"code": code, "kind": "bureau", "name_zh": name, "name_en": name, "parent": parent}


def _known_areas(base_areas: Sequence[BaseArea]) -> list[Json]:
    found = []
    for kind in sorted({area.kind for area in base_areas}):
        polygons = {area.name: area.geometry for area in base_areas if area.kind == kind}
        found += _areas(kind, polygons, Codes(f"{kind} {name}" for name in polygons), KNOWN_TOLERANCE_M)
    return found


def _areas(
    kind: str, polygons: Mapping[str, Mapping[str, Any]], codes: Codes, tolerance_m: float
) -> list[Json]:
    simple = mended(list(polygons.values()), tolerance_m)
    return [
        {"code": codes[f"{kind} {name}"], "kind": kind, "name_zh": name, "name_en": name, "polygon": polygon}
        for name, polygon in zip(polygons, simple, strict=True)
    ]


def _categories(
    facts: CityFacts, learnt: Learnt, names: Names, group_codes: Codes, codes: Codes
) -> list[Json]:
    groups = sorted(set(names.groups.values()) - {""})
    leaves = sorted({rule.category for rule in learnt.rules} | set(names.groups))
    above = [_category(group_codes[name], name, None, kinds=()) for name in groups]
    other = _category(OTHER, "其他 Other", None, kinds=("problem", "complaint", "suggestion", "enquiry"))
    below = []
    for name in leaves:
        group = names.groups.get(name, "")
        kinds = names.kinds.get(name, ("problem",))
        leaf = _category(codes[name], name, group_codes[group] if group else None, kinds=kinds)
        below.append(leaf | ({"external_codes": {facts.source: [name]}} if facts.source else {}))
    return [*above, other, *below]


def _category(code: str, name: str, parent: str | None, *, kinds: Sequence[str]) -> Json:
    return {"code": code, "parent": parent, "name_zh": name, "name_en": name, "kinds": list(kinds)}


def _responsibilities(
    facts: CityFacts, learnt: Learnt, organisations: Codes, categories: Codes, areas: Codes
) -> list[Json]:
    found = []
    for rule in learnt.rules:
        area = None
        if rule.territory != WHOLE_CITY:
            area = areas[f"{facts.territory_kind} {rule.territory}"]
        found.append(
            {
                "code": _rule_code(categories[rule.category], area, rule.precedence),
                "category": categories[rule.category],
                "area": area,
                "organisation": organisations[rule.organisation],
                "role": "owner",
                "precedence": FIRST_PRECEDENCE + rule.precedence,
            }
        )
    return found


def _rule_code(category: str, area: str | None, precedence: int) -> str:
    rank = f"-{precedence}" if precedence else ""
    return f"{category}.{area or 'all'}{rank}".replace(".", "--")[:120]


def code_of(name: str) -> str:
    """A code for one name alone."""
    return Codes([name])[name]


def _slug(name: str) -> str:
    """The ASCII letters and digits of a name without its accents; "" if any other letter is in it."""
    if any(ord(letter) > 0x2FF and letter.isalnum() for letter in name):
        return ""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MOST_CODE].rstrip("-")


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def snapshot_of(document: Json) -> Snapshot:
    """Freeze the part of a city document that decides who answers, without a database."""
    city = document["city"]
    return Snapshot.build(
        areas=[
            AreaRow(a["code"], a["polygon"], a["kind"], a["name_zh"], a["name_en"]) for a in document["areas"]
        ],
        categories=[
            CategoryRow(c["code"], c["parent"], c["name_zh"], c["name_en"], tuple(c["kinds"]))
            for c in document["categories"]
        ],
        organisations=[
            OrganisationRow(o["code"], o["name_zh"], o["name_en"], o["kind"], o.get("is_steering", False))
            for o in document["organisations"]
        ],
        rules=[
            RuleRow(r["code"], r["category"], r["area"], r["organisation"], r["role"], r["precedence"])
            for r in document["responsibilities"]
        ],
        city=CityRow(
            city["code"],
            city["name_zh"],
            city["name_en"],
            city["timezone"],
            bbox=tuple(city["bbox"]),
            default_points=tuple((latitude, longitude) for latitude, longitude in city["default_points"]),
        ),
    )
