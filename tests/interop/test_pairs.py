"""Judging the likeness of reports by pairs that staff marked."""

from datetime import UTC, datetime, timedelta

from interop.pairs import cases_of, judge, pairs_of
from interop.sources import SourceRow

START = datetime(2026, 1, 1, tzinfo=UTC)


def row(source_id: str, day: float, north_m: float = 0, duplicate_of: str = "") -> SourceRow:
    return SourceRow(
        source_id=source_id,
        line=1,
        category="Pothole",
        text="a deep hole",
        latitude=42.3 + north_m / 111_320,
        longitude=-71.1,
        observed_at=START + timedelta(days=day),
        duplicate_of=duplicate_of,
    )


def test_a_marked_duplicate_near_by_is_found_and_another_place_is_not() -> None:
    cases = cases_of([row("a", 0), row("b", 1, 5, "a"), row("c", 2, 5000, "a")], ())
    pairs = pairs_of(cases)

    found = judge(cases, pairs, 0.65)

    assert [(pair.asked, pair.is_same) for pair in pairs] == [(1, True)]
    assert (found.recall, found.recall_of_all, found.precision) == (1.0, 0.5, 1.0)


def test_another_matter_near_by_counts_against_the_precision() -> None:
    cases = cases_of([row("a", 0), row("x", 0.5), row("b", 1, 5, "a")], ())

    found = judge(cases, pairs_of(cases), 0.65)

    assert (found.precision, found.asked_in_vain) == (0.5, 0.5)


def test_default_points_and_old_cases_take_no_part() -> None:
    old = cases_of([row("a", 0), row("b", 200, 5, "a")], ())
    nowhere = cases_of([row("a", 0), row("b", 1, 0, "a")], ((42.3, -71.1),))

    assert pairs_of(old) == []
    assert nowhere == []
