"""Routing decisions per second at 1,000 polygons, beside Shapely's STRtree finding the polygon and nothing
else.

The town is drawn anew each time from a seed: a lattice of districts with crooked, shared borders, forty
categories in five groups, one owner per district and group, executors for the whole city.
"""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import shapely
from shapely.geometry import shape

from routing.snapshot import AreaRow, CategoryRow, OrganisationRow, RuleRow, Snapshot

COLUMNS, ROWS = 40, 25
WEST, SOUTH, SIDE = 114.2, 37.8, 0.0125
STEPS = 10
ACCURACY_M = 15.0
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

Point = tuple[float, float]
Question = tuple[str, float, float]


def run(quick: bool) -> list[dict[str, Any]]:
    """The rows of the table; a ratio above one is faster than the bare index."""
    dice = random.Random(7)
    areas = draw_areas(dice)
    snapshot = configure(areas)
    questions = ask(dice, 10_000 if quick else 50_000)
    floor = per_second(lambda: bare_index(areas, questions), len(questions))
    first = per_second(lambda: decide(snapshot, questions), len(questions))
    warm = best(lambda: decide(snapshot, questions), len(questions))
    accurate = best(lambda: decide(snapshot, questions, ACCURACY_M), len(questions))
    few = questions[: len(questions) // 10]
    stored = best(lambda: write_down(snapshot, few), len(few))
    return [
        row("route", warm, floor),
        row("route, first visit to each place", first, floor),
        row(f"route, pin accurate to {ACCURACY_M:.0f} m", accurate, floor),
        row("route, written down with distance and sentences", stored, floor),
    ]


def row(name: str, value: float, floor: float) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(value),
        "unit": "decisions/s",
        "floor": round(floor),
        "ratio": round(value / floor, 2),
        "microseconds": round(1e6 / value, 1),
    }


def draw_areas(dice: random.Random) -> list[AreaRow]:
    """1,000 districts of about a square kilometre, forty corners each, without gap or overlap."""

    def shaken(column: float, row_: float, much: float) -> Point:
        return (
            WEST + SIDE * (column + dice.uniform(-much, much)),
            SOUTH + SIDE * (row_ + dice.uniform(-much, much)),
        )

    corners = {(c, r): shaken(c, r, 0.25) for c in range(COLUMNS + 1) for r in range(ROWS + 1)}
    borders = {
        (here, there): crooked(dice, corners[here], corners[there])
        for here in corners
        for there in ((here[0] + 1, here[1]), (here[0], here[1] + 1))
        if there in corners
    }
    return [
        AreaRow(f"d{c}-{r}", polygon_of([(c, r), (c + 1, r), (c + 1, r + 1), (c, r + 1)], corners, borders))
        for c in range(COLUMNS)
        for r in range(ROWS)
    ]


def crooked(dice: random.Random, start: Point, end: Point) -> list[Point]:
    """Points between two corners, a little off the straight line."""
    much = SIDE * 0.02
    return [
        (
            start[0] + (end[0] - start[0]) * step / STEPS + dice.uniform(-much, much),
            start[1] + (end[1] - start[1]) * step / STEPS + dice.uniform(-much, much),
        )
        for step in range(1, STEPS)
    ]


def polygon_of(way: list[Any], corners: dict[Any, Point], borders: dict[Any, list[Point]]) -> dict[str, Any]:
    ring: list[Point] = []
    for here, there in zip(way, [*way[1:], way[0]], strict=True):
        between = borders.get((here, there)) or borders[there, here][::-1]
        ring += [corners[here], *between]
    return {"type": "Polygon", "coordinates": [[list(point) for point in [*ring, ring[0]]]]}


def configure(areas: list[AreaRow]) -> Snapshot:
    groups = [CategoryRow(f"group{number}", kinds=()) for number in range(5)]
    leaves = [CategoryRow(f"leaf{number}", parent=f"group{number % 5}") for number in range(40)]
    rules = [
        RuleRow(f"{group.code}-{area.code}", group.code, area.code, f"bureau{(index + number) % 20}")
        for number, group in enumerate(groups)
        for index, area in enumerate(areas)
    ]
    rules += [
        RuleRow(f"{leaf.code}-work", leaf.code, None, f"firm{index % 10}", "executor")
        for index, leaf in enumerate(leaves)
    ]
    organisations = [OrganisationRow(f"bureau{n}") for n in range(20)]
    organisations += [OrganisationRow(f"firm{n}", kind="firm") for n in range(10)]
    return Snapshot.build(areas, [*groups, *leaves], organisations, rules, version=1)


def ask(dice: random.Random, count: int) -> list[Question]:
    return [
        (
            f"leaf{dice.randrange(40)}",
            SOUTH + SIDE * dice.uniform(0.5, ROWS - 0.5),
            WEST + SIDE * dice.uniform(0.5, COLUMNS - 0.5),
        )
        for _ in range(count)
    ]


def decide(snapshot: Snapshot, questions: list[Question], accuracy_m: float | None = None) -> None:
    for category, latitude, longitude in questions:
        snapshot.resolve(category, latitude, longitude, NOW, accuracy_m)


def write_down(snapshot: Snapshot, questions: list[Question]) -> None:
    for category, latitude, longitude in questions:
        snapshot.resolve(category, latitude, longitude, NOW).as_json()


def bare_index(areas: list[AreaRow], questions: list[Question]) -> None:
    tree = shapely.STRtree([shape(dict(area.polygon)) for area in areas])
    for _, latitude, longitude in questions:
        tree.query(shapely.Point(longitude, latitude), predicate="intersects")


def per_second(work: Callable[[], None], count: int) -> float:
    """Of processor time: this is one thread's arithmetic, and the machine has other work."""
    start = time.process_time()
    work()
    return count / (time.process_time() - start)


def best(work: Callable[[], None], count: int) -> float:
    """The best of three."""
    return max(per_second(work, count) for _ in range(3))
