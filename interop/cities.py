"""A city written from files: who answers is learnt from cases, areas come from GeoJSON."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from interop.sources import Format, SourceFile, SourceRow
from routing.drafting import STEERING, BaseArea, CityFacts, Names, draft_city
from routing.learning import WHOLE_CITY, Learnt, LearntRule, Sample, learn

NAME_PROPERTIES = ("name", "Name", "NAME", "DISTRICT", "TOWNNAME")
# A city's bounding box reaches this far beyond its areas, or beyond nearly all of its points.
MARGIN_DEGREES = 0.01
OUTLIERS = 0.001
WHOLE_WORLD = (-180.0, -90.0, 180.0, 90.0)
Bbox = tuple[float, float, float, float]


def read_rows(chosen: Format, path: Path, limit: int | None = None) -> list[SourceRow]:
    """The good rows of a file in the order of their times."""
    with SourceFile(path) as file:
        rows = [item for item in islice(chosen.read(file), limit) if isinstance(item, SourceRow)]
    return sorted(rows, key=lambda row: (row.observed_at, row.line))


def read_areas(paths: Iterable[Path]) -> list[BaseArea]:
    """The named polygons of GeoJSON files; the kind of an area is the file's name in the singular.

    Raises ValueError when a feature has no name that can be found.
    """
    areas: list[BaseArea] = []
    seen: Counter[tuple[str, str]] = Counter()
    for path in paths:
        with SourceFile(path) as file:
            document = json.load(file.text)
        kind = path.name.split(".")[0].removesuffix("s")
        for feature in document["features"]:
            name = _name_of(feature.get("properties") or {}, path)
            seen[kind, name] += 1
            number = f" ({seen[kind, name]})" if seen[kind, name] > 1 else ""
            areas.append(BaseArea(kind, name + number, feature["geometry"]))
    return areas


def learnt_city(
    rows: Sequence[SourceRow], facts: CityFacts, areas: Sequence[BaseArea] = ()
) -> dict[str, Any]:
    """The document of the city in which those answer who answered these cases.

    Rows whose organisation is not known teach the catalogue only. When none is known the steering bureau
    answers.
    """
    samples = [_sample(row, facts) for row in rows if row.organisation]
    extent = [area.geometry for area in areas]
    learnt = learn(samples, extent=extent) if samples else _steering_answers(rows)
    return draft_city(facts, learnt, names_of(rows), areas)


def names_of(rows: Iterable[SourceRow]) -> Names:
    """What the rows say about the names in them; what the later rows say holds."""
    groups: dict[str, str] = {}
    departments: dict[str, str] = {}
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        groups[row.category] = row.group if row.group != row.category else groups.get(row.category, "")
        kinds[row.category].add(row.kind or "problem")
        if row.organisation:
            departments[row.organisation] = row.department
    return Names(groups, {category: sorted(of_it) for category, of_it in kinds.items()}, departments)


def bbox_of(rows: Sequence[SourceRow], areas: Sequence[BaseArea] = ()) -> Bbox:
    """A box around the areas, or else around all points but the few that lie far out."""
    if areas:
        points = [point for area in areas for point in _positions(area.geometry["coordinates"])]
        cut = 0
    else:
        points = [
            (r.longitude, r.latitude) for r in rows if r.longitude is not None and r.latitude is not None
        ]
        cut = int(len(points) * OUTLIERS)
    if not points:
        return WHOLE_WORLD
    easts, norths = sorted(point[0] for point in points), sorted(point[1] for point in points)
    low, high = cut, len(points) - 1 - cut
    west, south = easts[low] - MARGIN_DEGREES, norths[low] - MARGIN_DEGREES
    east, north = easts[high] + MARGIN_DEGREES, norths[high] + MARGIN_DEGREES
    return round(west, 4), round(south, 4), round(east, 4), round(north, 4)


def _sample(row: SourceRow, facts: CityFacts) -> Sample:
    is_unknown = (row.latitude, row.longitude) in facts.default_points
    return Sample(
        category=row.category,
        organisation=row.organisation,
        at=row.observed_at,
        latitude=None if is_unknown else row.latitude,
        longitude=None if is_unknown else row.longitude,
        district=row.district,
    )


def _steering_answers(rows: Iterable[SourceRow]) -> Learnt:
    categories = sorted({row.category for row in rows})
    return Learnt({}, tuple(LearntRule(category, WHOLE_CITY, STEERING) for category in categories))


def _name_of(properties: dict[str, Any], path: Path) -> str:
    for key in NAME_PROPERTIES:
        if properties.get(key):
            return str(properties[key]).strip()
    raise ValueError(f"A feature of {path} has no name; its properties are {', '.join(properties)}.")


def _positions(coordinates: Any) -> Iterable[tuple[float, float]]:
    if isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
        return
    for part in coordinates:
        yield from _positions(part)
