"""Learning who answers for what, where, and writing it as a city."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from interop.cities import bbox_of, learnt_city, read_areas, read_rows
from interop.evaluation import evaluate
from interop.sources import format_of
from routing.city import dump_city, load_city, validate
from routing.drafting import BaseArea, CityFacts, Codes, Names, draft_city, snapshot_of
from routing.learning import Sample, Settings, learn
from routing.snapshot import Snapshot
from tests.conftest import square

START = datetime(2026, 1, 1, tzinfo=UTC)
WEST, EAST = (38.05, 114.45), (38.05, 114.55)
# A family shows at ten cases here, and ten cases are as old as two hundred of a real city.
SETTINGS = Settings(half_life_cases=10, prior=2, resolution=9, family_rows=10)
CITY = CityFacts("square", "Square", "UTC", (114.4, 38.0, 114.6, 38.1))


def cases(
    category: str, organisation: str, count: int, at: tuple[float, float] | None = WEST, day: int = 0
) -> list[Sample]:
    """Cases an hour apart, scattered over a kilometre around a point."""
    found = []
    for number in range(count):
        step = number % 10 / 1000
        latitude, longitude = (at[0] + step, at[1] - step) if at else (None, None)
        district = "" if at is None else "west" if at == WEST else "east"
        moment = START + timedelta(days=day, hours=number)
        found.append(Sample(category, organisation, moment, latitude, longitude, district))
    return found


def both_districts(category: str = "pothole") -> list[Sample]:
    """A family of two: each answers in its own district."""
    return cases(category, "West Works", 30) + cases(category, "East Works", 30, EAST)


def city_of(samples: list[Sample], names: Names | None = None) -> Snapshot:
    areas = [BaseArea("district", "all", square(114.4, 114.6))]
    learnt = learn(samples, extent=[area.geometry for area in areas], settings=SETTINGS)
    return snapshot_of(draft_city(CITY, learnt, names or Names(), areas))


def answer(snapshot: Snapshot, category: str, at: tuple[float, float] | None) -> str | None:
    latitude, longitude = at or (None, None)
    return snapshot.resolve(category, latitude, longitude, START).organisation


def test_each_organisation_answers_where_its_cases_lay() -> None:
    snapshot = city_of(both_districts())

    assert answer(snapshot, "pothole", WEST) == "west-works"
    assert answer(snapshot, "pothole", EAST) == "east-works"


def test_territories_fill_the_extent_to_the_nearest_cases() -> None:
    snapshot = city_of(both_districts())

    assert answer(snapshot, "pothole", (38.09, 114.41)) == "west-works"
    assert answer(snapshot, "pothole", (38.01, 114.59)) == "east-works"


def test_what_a_family_answers_for_in_one_territory_it_answers_for_in_all() -> None:
    snapshot = city_of([*both_districts(), *cases("snow", "West Works", 5)])

    assert answer(snapshot, "snow", EAST) == "east-works"


def test_a_handful_of_local_cases_does_not_outvote_the_habit_of_the_city() -> None:
    habit = [*both_districts(), *cases("lamp", "Lights", 40, None), *cases("lamp", "Slip", 1)]

    assert answer(city_of(habit), "lamp", WEST) == "lights"


def test_a_new_habit_outweighs_a_longer_old_one() -> None:
    snapshot = city_of([*cases("lamp", "Old Lights", 60), *cases("lamp", "New Lights", 20, day=30)])

    assert answer(snapshot, "lamp", WEST) == "new-lights"


def test_cases_without_a_place_make_the_rule_for_the_whole_city() -> None:
    snapshot = city_of([*both_districts(), *cases("pothole", "Hotline", 40, None)])

    decision = snapshot.resolve("pothole", None, None, START)

    assert (decision.organisation, decision.needs_triage) == ("hotline", True)


def test_a_strong_second_is_the_alternative() -> None:
    snapshot = city_of([*cases("lamp", "Lights", 12), *cases("lamp", "Helpers", 10)])

    decision = snapshot.resolve("lamp", *WEST, START)

    assert [other.organisation for other in decision.alternatives] == ["helpers"]


def test_nothing_is_learnt_from_nothing() -> None:
    with pytest.raises(ValueError, match="nothing to learn"):
        learn([])


def test_learning_does_not_depend_on_the_order_of_the_cases() -> None:
    samples = both_districts()

    assert learn(samples, settings=SETTINGS) == learn(samples[::-1], settings=SETTINGS)


# --- The document ---


def document_of(samples: list[Sample], names: Names | None = None) -> dict[str, Any]:
    return draft_city(CITY, learn(samples, settings=SETTINGS), names or Names())


def test_the_document_of_a_learnt_city_has_no_fault() -> None:
    names = Names(groups={"pothole": "Roads"}, departments={"West Works": "Works", "East Works": "Works"})

    assert validate(document_of(both_districts(), names)) == []


@pytest.mark.django_db
def test_a_learnt_city_can_be_loaded_and_is_the_same_when_learnt_twice() -> None:
    load_city(document_of(both_districts()))
    before = dump_city()

    loaded = load_city(document_of(both_districts()))

    assert (loaded.is_changed, dump_city()) == (False, before)


def test_a_department_is_the_parent_of_its_organisations() -> None:
    names = Names(departments={"West Works": "Works", "East Works": "Works"})

    parents = {o["code"]: o["parent"] for o in document_of(both_districts(), names)["organisations"]}

    assert parents == {"city-hall": None, "works": None, "west-works": "works", "east-works": "works"}


def test_a_category_of_its_own_waits_for_whatever_is_not_in_the_catalogue() -> None:
    snapshot = city_of(both_districts())

    assert snapshot.resolve("other", *WEST, START).triage_reason == "nobody"


def test_codes_of_names_that_look_alike_or_are_chinese_differ() -> None:
    codes = Codes(["Sign Repair", "sign repair", "Été", "路灯", "路面"])

    found = [codes[name] for name in ("Sign Repair", "sign repair", "Été", "路灯", "路面")]

    assert len(set(found)) == 5
    assert found[2] == "ete"
    assert all(code.isascii() and len(code) <= 80 for code in found)


# --- Boston, for real ---


def test_boston_is_learnt_well_enough(shared_data: Path) -> None:
    boston = format_of("boston_cases")
    rows = read_rows(boston, shared_data / "boston" / "cases_2011H2.csv.gz")
    areas = read_areas([shared_data / "boston" / "police_districts.geojson.gz"])
    facts = CityFacts(
        "boston", "Boston", boston.timezone, bbox_of(rows, areas), boston.default_points, boston.source
    )

    verdict = evaluate(learnt_city(rows[:40_000], facts, areas), rows[40_000:], 40_000)

    assert verdict.judged == 18_251
    assert verdict.department_accuracy >= 0.948
    assert verdict.queue_accuracy >= 0.87
    assert verdict.triage_share < 0.03
