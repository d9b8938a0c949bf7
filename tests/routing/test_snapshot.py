"""Who answers: one written order, and no silent guess."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from routing.errors import UnknownCategory
from routing.snapshot import AreaRow, Candidate, OrganisationRow, RoutingDecision, RuleRow, TriageReason
from tests.routing.scenes import (
    AREAS,
    CITY,
    EAST,
    NOW,
    NOWHERE,
    ORGANISATIONS,
    WEST,
    rectangle,
    ring,
    rule,
    snapshot,
)


@pytest.mark.parametrize(
    ("rules", "answers"),
    [
        # the leaf before its group, the group before any, whatever the area or the precedence
        ([rule("safety", "park", "works"), rule("pothole", None, "traffic")], "traffic"),
        ([rule(None, "park", "works"), rule("safety", None, "traffic")], "traffic"),
        ([rule("safety", None, "works", precedence=1), rule("pothole", None, "traffic")], "traffic"),
        ([rule(None, None, "works")], "works"),
        # the smaller area before the larger, any area before the whole city
        ([rule("pothole", "west", "works"), rule("pothole", "park", "traffic")], "traffic"),
        ([rule("pothole", None, "works"), rule("pothole", "west", "traffic")], "traffic"),
        ([rule("pothole", None, "works", precedence=1), rule("pothole", "west", "traffic")], "traffic"),
        # then the lower precedence
        (
            [rule("pothole", None, "works", precedence=20), rule("pothole", None, "traffic", precedence=10)],
            "traffic",
        ),
        # what does not hold here, or is not about this, does not count
        ([rule("pothole", "east", "works"), rule("pothole", None, "traffic")], "traffic"),
        ([rule("lamp", None, "works"), rule("safety", None, "traffic")], "traffic"),
        ([rule("pothole", "elsewhere", "works"), rule("pothole", None, "traffic")], "traffic"),
    ],
)
def test_the_strongest_rule_answers(rules: list[RuleRow], answers: str) -> None:
    for order in (rules, rules[::-1]):
        decision = snapshot(order).resolve("pothole", *WEST, NOW)

        assert decision.organisation == answers
        assert not decision.needs_triage


def test_owner_and_executor_are_found_separately() -> None:
    city = snapshot([rule("pothole", None, "works"), rule("safety", "west", "mender", "executor")])

    here, there = city.resolve("pothole", *WEST, NOW), city.resolve("pothole", *EAST, NOW)

    assert (here.organisation, here.executor) == ("works", "mender")
    assert (there.organisation, there.executor) == ("works", None)
    assert here.executor_rule == "safety-west-mender-executor"


def test_those_who_come_next_are_listed_in_order_each_once() -> None:
    city = snapshot(
        [
            rule("pothole", "park", "works"),
            rule("pothole", "west", "traffic"),
            rule("safety", None, "works"),
            rule("pothole", None, "fixer", "executor", precedence=20),
            rule("pothole", None, "mender", "executor", precedence=10),
        ]
    )

    decision = city.resolve("pothole", *WEST, NOW)

    assert decision.alternatives == (
        Candidate("traffic", "owner", "pothole-west-traffic-owner"),
        Candidate("fixer", "executor", "pothole-city-fixer-executor"),
    )


def test_two_equally_strong_rules_are_flagged_as_a_tie() -> None:
    decision = snapshot([rule("pothole", None, "works"), rule("pothole", None, "traffic")]).resolve(
        "pothole", *WEST, NOW
    )

    assert decision.triage_reason == TriageReason.TIE
    assert decision.organisation == "traffic"
    assert [candidate.organisation for candidate in decision.alternatives] == ["works"]


def test_two_equal_rules_for_one_organisation_are_no_tie() -> None:
    twice = [rule("pothole", None, "works"), RuleRow("again", "pothole", None, "works")]

    assert not snapshot(twice).resolve("pothole", *WEST, NOW).needs_triage


def test_nobody_is_triage_and_never_a_guess() -> None:
    decision = snapshot([rule("lamp", None, "works"), rule("pothole", None, "mender", "executor")]).resolve(
        "pothole", *WEST, NOW
    )

    assert decision.triage_reason == TriageReason.NOBODY
    assert decision.organisation is None


def test_a_place_outside_the_city_is_said_to_be_outside() -> None:
    city = snapshot([rule("pothole", None, "works")], city=CITY)

    assert city.resolve("pothole", *NOWHERE, NOW).triage_reason == TriageReason.OUTSIDE
    assert city.is_outside(*NOWHERE)
    assert not city.is_outside(*WEST)


def test_without_a_city_no_place_is_outside() -> None:
    decision = snapshot([rule("pothole", None, "works")]).resolve("pothole", *NOWHERE, NOW)

    assert decision.organisation == "works"
    assert not decision.needs_triage


BOTH_SIDES = [rule("pothole", "west", "works"), rule("pothole", "east", "traffic")]


@pytest.mark.parametrize(
    ("metres_away", "accuracy_m", "is_flagged"), [(10, 5, False), (10, 20, True), (10, None, False)]
)
def test_a_point_within_its_accuracy_of_another_answer_is_flagged(
    metres_away: float, accuracy_m: float | None, is_flagged: bool
) -> None:
    longitude = 114.5 - metres_away / 87_700

    decision = snapshot(BOTH_SIDES).resolve("pothole", 38.05, longitude, NOW, accuracy_m)

    assert decision.organisation == "works"
    assert decision.boundary_m == pytest.approx(metres_away, rel=0.01)
    assert (decision.triage_reason == TriageReason.BOUNDARY) is is_flagged
    assert ([c.organisation for c in decision.alternatives] == ["traffic"]) is is_flagged


def test_a_boundary_with_the_same_answer_on_both_sides_is_not_flagged() -> None:
    same = [rule("pothole", "west", "works"), rule("pothole", "east", "works")]

    decision = snapshot(same).resolve("pothole", 38.05, 114.49999, NOW, 50)

    assert not decision.needs_triage
    assert decision.boundary_m == pytest.approx(0.88, abs=0.05)


def test_an_executor_who_would_differ_across_the_boundary_is_flagged_too() -> None:
    city = snapshot(
        [
            rule("pothole", None, "works"),
            rule("pothole", "west", "mender", "executor"),
            rule("pothole", "east", "fixer", "executor"),
        ]
    )

    decision = city.resolve("pothole", 38.05, 114.49999, NOW, 50)

    assert (decision.executor, decision.triage_reason) == ("mender", TriageReason.BOUNDARY)
    assert decision.alternatives == (Candidate("fixer", "executor", "pothole-east-fixer-executor"),)


def test_a_point_on_a_border_is_decided_the_same_way_every_time() -> None:
    orders = (BOTH_SIDES, BOTH_SIDES[::-1])

    answers = {
        snapshot(order, areas).resolve("pothole", 38.05, 114.5, NOW).organisation
        for order in orders
        for areas in (AREAS, AREAS[::-1])
    }

    assert len(answers) == 1


def test_an_area_with_a_hole_does_not_hold_the_hole() -> None:
    polygon = {
        "type": "Polygon",
        "coordinates": [ring(114.4, 38.0, 114.5, 38.1), ring(114.44, 38.04, 114.46, 38.06)[::-1]],
    }
    city = snapshot([rule("pothole", "holed", "works")], [AreaRow("holed", polygon)])

    assert city.resolve("pothole", *WEST, NOW).organisation is None
    assert city.resolve("pothole", 38.01, 114.45, NOW).organisation == "works"


def test_an_area_may_have_several_parts() -> None:
    parts = [[ring(114.4, 38.0, 114.46, 38.1)], [ring(114.54, 38.0, 114.6, 38.1)]]
    city = snapshot(
        [rule("pothole", "parts", "works")],
        [AreaRow("parts", {"type": "MultiPolygon", "coordinates": parts})],
    )

    assert city.resolve("pothole", *WEST, NOW).organisation == "works"
    assert city.resolve("pothole", *EAST, NOW).organisation == "works"
    assert city.resolve("pothole", 38.05, 114.5, NOW).organisation is None


@pytest.mark.parametrize(
    ("moment", "answers"),
    [
        ("2026-05-31T23:59:59+08:00", "works"),
        ("2026-06-01T00:00:00+08:00", "traffic"),
        ("2026-06-30T23:59:59+08:00", "traffic"),
        ("2026-07-01T00:00:00+08:00", "works"),
    ],
)
def test_a_rule_holds_from_its_first_day_through_its_last_in_local_time(moment: str, answers: str) -> None:
    june: dict[str, Any] = {"valid_from": date(2026, 6, 1), "valid_to": date(2026, 6, 30)}
    city = snapshot([rule("safety", None, "works"), rule("pothole", None, "traffic", **june)], city=CITY)

    assert city.resolve("pothole", *WEST, datetime.fromisoformat(moment)).organisation == answers


def test_an_area_of_a_past_generation_no_longer_holds_anything() -> None:
    old = AreaRow("old", rectangle(114.4, 114.5), valid_to=date(2025, 12, 31))
    city = snapshot([rule("pothole", "old", "works")], [old])

    assert city.resolve("pothole", *WEST, NOW).areas == ()
    assert city.resolve("pothole", *WEST, NOW).organisation is None
    assert city.resolve("pothole", *WEST, NOW - timedelta(days=400)).organisation == "works"


def test_a_special_purpose_entity_answers_through_its_last_day() -> None:
    pilot = OrganisationRow("pilot", kind="spe", starts_on=date(2026, 1, 1), ends_on=date(2026, 11, 22))
    city = snapshot(
        [rule("pothole", "west", "pilot"), rule("pothole", None, "works")],
        organisations=(*ORGANISATIONS, pilot),
    )

    assert city.resolve("pothole", *WEST, NOW).organisation == "works"
    assert city.resolve("pothole", *WEST, NOW - timedelta(days=1)).organisation == "pilot"


def test_without_a_place_the_whole_citys_rule_answers() -> None:
    decision = snapshot([rule("pothole", None, "works")], city=CITY).resolve("pothole", None, None, NOW)

    assert (decision.organisation, decision.needs_triage, decision.areas) == ("works", False, ())


def test_without_a_place_that_matters_a_person_decides() -> None:
    city = snapshot([rule("pothole", None, "works"), *BOTH_SIDES], city=CITY)

    decision = city.resolve("pothole", None, None, NOW)

    assert (decision.organisation, decision.triage_reason) == ("works", TriageReason.BOUNDARY)
    assert [candidate.organisation for candidate in decision.alternatives] == ["traffic"]
    assert decision.boundary_m is None


def test_an_unknown_category_is_an_error() -> None:
    with pytest.raises(UnknownCategory, match="flying-cars"):
        snapshot([]).resolve("flying-cars", *WEST, NOW)


def test_known_default_points_are_recognised() -> None:
    city = snapshot([], city=CITY.__class__("c", default_points=((38.0428, 114.5149),)))

    assert city.is_default_point(38.0428, 114.5149)
    assert not city.is_default_point(38.0428, 114.5150)


def test_the_sentence_explains_a_plain_decision_in_both_languages() -> None:
    city = snapshot(
        [rule("pothole", "west", "works"), rule("pothole", None, "mender", "executor")], city=CITY
    )

    decision = city.resolve("pothole", 38.01, 114.41, NOW)

    assert decision.sentence_en == (
        "“Pothole” in West District: Works Bureau answers for it, and West Menders does the work."
        " The rule is for “Pothole” in West District."
    )
    assert "市政局负责" in decision.sentence_zh
    assert "西修公司处置" in decision.sentence_zh


def _boundary() -> RoutingDecision:
    return snapshot(BOTH_SIDES, city=CITY).resolve("pothole", 38.05, 114.4999, NOW, 30)


def test_the_sentence_names_distance_accuracy_and_the_other_answer() -> None:
    sentence = _boundary().sentence_en

    assert "9 m away" in sentence
    assert "accurate to 30 m" in sentence
    assert "(Traffic Bureau)" in sentence


def test_a_decision_is_stored_as_plain_json() -> None:
    stored = _boundary().as_json()

    assert json.loads(json.dumps(stored)) == stored
    assert stored["boundary_m"] == 8.8
    assert stored["version"] == 7
    assert stored["triage_reason"] == "boundary"
    assert stored["alternatives"] == [
        {"organisation": "traffic", "role": "owner", "rule": "pothole-east-traffic-owner"}
    ]


def test_decisions_of_two_places_do_not_share_their_distances() -> None:
    city = snapshot(BOTH_SIDES)

    near, far = city.resolve("pothole", 38.05, 114.4999, NOW), city.resolve("pothole", 38.05, 114.45, NOW)

    assert near.boundary_m == pytest.approx(8.8, abs=0.1)
    assert far.boundary_m == pytest.approx(4385, rel=0.01)


def test_a_moment_before_every_change_is_answered() -> None:
    later: dict[str, Any] = {"valid_from": date(2027, 1, 1)}
    city = snapshot([rule("pothole", None, "works", **later)])

    assert city.resolve("pothole", *WEST, datetime(1990, 1, 1, tzinfo=UTC)).organisation is None


@pytest.mark.parametrize("latitude", [-90.0, 0.0, 90.0])
@pytest.mark.parametrize("longitude", [-180.0, 0.0, 180.0])
def test_the_ends_of_the_earth_are_places_too(latitude: float, longitude: float) -> None:
    city = snapshot([*BOTH_SIDES, rule("pothole", None, "works")])

    decision = city.resolve("pothole", latitude, longitude, NOW, 5000)

    assert decision.organisation == "works"
    assert decision.boundary_m is not None
