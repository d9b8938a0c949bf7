"""The index, the tables and the memory of decisions give what a plain scan over everything gives."""

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from routing.geometry import faults_of, read, square_metres
from routing.snapshot import AreaRow, CategoryRow, OrganisationRow, RuleRow, Snapshot
from tests.routing.scenes import CATEGORIES, NOW, rectangle

# Corners on a coarse lattice, so that borders coincide and points fall on them.
lattice = st.integers(0, 12).map(lambda step: step / 100)
days = st.none() | st.integers(-3, 3).map(lambda days: (NOW + timedelta(days=days)).date())


@st.composite
def areas(draw: st.DrawFn) -> list[AreaRow]:
    rows = []
    for number in range(draw(st.integers(0, 6))):
        west, south = draw(lattice), draw(lattice)
        width, height = draw(st.integers(1, 6)) / 100, draw(st.integers(1, 6)) / 100
        polygon = rectangle(114 + west, 114 + west + width, 38 + south, 38 + south + height)
        rows.append(AreaRow(f"a{number}", polygon, valid_from=draw(days)))
    return rows


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, Any]:
    drawn = draw(areas())
    rules = [
        RuleRow(
            code=f"r{number}",
            category=draw(st.sampled_from([None, "safety", "pothole", "lamp"])),
            area=draw(st.sampled_from([None, *(row.code for row in drawn)])),
            organisation=draw(st.sampled_from(["traffic", "works", "mender"])),
            role=draw(st.sampled_from(["owner", "executor"])),
            precedence=draw(st.integers(1, 3)),
            valid_to=draw(days),
        )
        for number in range(draw(st.integers(0, 8)))
    ]
    return {"areas": drawn, "rules": rules}


points = st.tuples(
    st.one_of(lattice, st.floats(0, 0.2)).map(lambda x: 38 + x),
    st.one_of(lattice, st.floats(0, 0.2)).map(lambda x: 114 + x),
)


def scan(
    areas: list[AreaRow], rules: list[RuleRow], role: str, point: tuple[float, float], day: date
) -> tuple[str | None, bool]:
    """Who answers for a pothole, and whether another is as strong: by looking at everything."""
    found = []
    by_code = {row.code: row for row in areas}
    for rule in rules:
        closeness = {"pothole": 0, "safety": 1, None: 2}.get(rule.category)
        area = by_code.get(rule.area or "")
        outdated = (rule.valid_to and rule.valid_to < day) or (
            area and area.valid_from and day < area.valid_from
        )
        elsewhere = area and not read(area.polygon).intersects(Point(point[1], point[0]))
        if closeness is None or rule.role != role or outdated or elsewhere:
            continue
        size = round(square_metres(read(area.polygon))) if area else float("inf")
        found.append(((closeness, size, rule.precedence), rule.organisation))
    found.sort()
    strongest = {organisation for strength, organisation in found if strength == found[0][0]}
    return (found[0][1] if found else None), len(strongest) > 1


@given(configurations(), st.lists(points, min_size=1, max_size=5), st.integers(-4, 4))
@settings(max_examples=200, deadline=None)
def test_a_snapshot_answers_like_a_plain_scan(
    configuration: dict[str, Any], asked: list[tuple[float, float]], shift: int
) -> None:
    at: datetime = NOW + timedelta(days=shift)
    organisations = [OrganisationRow(code) for code in ("traffic", "works", "mender")]
    city = Snapshot.build(categories=CATEGORIES, organisations=organisations, **configuration)

    for point in [*asked, *asked]:
        decision = city.resolve("pothole", *point, at)
        owner, owner_tied = scan(role="owner", point=point, day=at.date(), **configuration)
        executor, executor_tied = scan(role="executor", point=point, day=at.date(), **configuration)

        assert (decision.organisation, decision.executor) == (owner, executor)
        assert decision.needs_triage == (owner is None or owner_tied or executor_tied)


@given(areas(), points)
@settings(max_examples=100, deadline=None)
def test_the_distance_to_a_boundary_is_that_of_a_plain_scan(
    drawn: list[AreaRow], point: tuple[float, float]
) -> None:
    rules = [RuleRow(row.code, "pothole", row.code, "works") for row in drawn]
    drawn = [AreaRow(row.code, row.polygon) for row in drawn]
    city = Snapshot.build(drawn, [CategoryRow("pothole")], [OrganisationRow("works")], rules)

    found = city.resolve("pothole", *point, NOW).boundary_m

    # One degree of longitude is about 0.788 of a degree of latitude here.
    scaled = [
        LineString([(x * 0.788, y) for x, y in row.polygon["coordinates"][0]]).distance(
            Point(point[1] * 0.788, point[0])
        )
        for row in drawn
    ]
    assert (found is None) == (not scaled)
    if found is not None:
        assert abs(found - min(scaled) * 111_000) <= 5 + 0.01 * found


def test_the_rectangles_are_good_polygons() -> None:
    assert faults_of(rectangle(114.0, 114.1)) == []
