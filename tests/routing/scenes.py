"""Small made-up cities for the tests of routing."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from routing.snapshot import AreaRow, CategoryRow, CityRow, OrganisationRow, RuleRow, Snapshot

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
WEST, EAST, NOWHERE = (38.05, 114.45), (38.05, 114.55), (38.05, 114.75)
CITY = CityRow(
    "square", "方城", "Square City", "Asia/Shanghai", 38.05, 114.5, bbox=(114.4, 38.0, 114.6, 38.1)
)
CATEGORIES = (
    CategoryRow("safety", name_zh="安全", name_en="Safety", kinds=()),
    CategoryRow("pothole", parent="safety", name_zh="坑槽", name_en="Pothole"),
    CategoryRow("lamp", parent="safety", name_zh="路灯", name_en="Street lamp"),
)
ORGANISATIONS = (
    OrganisationRow("traffic", "交管局", "Traffic Bureau", is_steering=True),
    OrganisationRow("works", "市政局", "Works Bureau"),
    OrganisationRow("mender", "西修公司", "West Menders", kind="firm"),
    OrganisationRow("fixer", "东修公司", "East Fixers", kind="firm"),
)


def ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    """A rectangle, counter-clockwise."""
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def rectangle(west: float, east: float, south: float = 38.0, north: float = 38.1) -> dict[str, Any]:
    """A rectangle as GeoJSON."""
    return {"type": "Polygon", "coordinates": [ring(west, south, east, north)]}


AREAS = (
    AreaRow("west", rectangle(114.4, 114.5), name_zh="西区", name_en="West District"),
    AreaRow("east", rectangle(114.5, 114.6), name_zh="东区", name_en="East District"),
    AreaRow("park", rectangle(114.44, 114.46, 38.04, 38.06), name_zh="公园", name_en="Park"),
)


def rule(
    category: str | None, area: str | None, organisation: str, role: str = "owner", **more: Any
) -> RuleRow:
    """A responsibility with a speaking code."""
    code = "-".join([category or "any", area or "city", organisation, role])
    return RuleRow(code, category, area, organisation, role, **more)


def snapshot(
    rules: Iterable[RuleRow],
    areas: Iterable[AreaRow] = AREAS,
    city: CityRow | None = None,
    organisations: Iterable[OrganisationRow] = ORGANISATIONS,
) -> Snapshot:
    """The square city with these rules."""
    return Snapshot.build(areas, CATEGORIES, organisations, rules, version=7, city=city)
