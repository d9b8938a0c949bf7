"""The two lives of a report: every move of the tables, for every actor, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor, ActorKind
from accounts.models import User
from reports import services
from reports.errors import DisputeOver, InvalidTransition, ReasonRequired
from reports.events import verify_chain
from reports.models import Report
from reports.workflow import (
    REASONS,
    STATUS_MOVES,
    TERMINAL,
    VISIBILITY_MOVES,
    Status,
    Visibility,
    legal_statuses,
)
from tests.conftest import Maker

pytestmark = pytest.mark.django_db


def test_each_status_has_its_row() -> None:
    assert set(STATUS_MOVES) == set(Status)
    assert set(VISIBILITY_MOVES) == set(Visibility)


@pytest.mark.parametrize("old", list(Status))
def test_every_status_move_is_taken_or_refused_as_the_table_says(old: Status, make: Maker) -> None:
    report, target = make.report(), make.report()
    for new in Status:
        for kind in ActorKind:
            _stand_at(report, old)
            allowed = kind in STATUS_MOVES[old].get(new, frozenset())

            assert _can_move(report, new, Actor(kind), target) is allowed, (old, new, kind)


@pytest.mark.parametrize("old", list(Visibility))
def test_every_visibility_move_is_taken_or_refused_as_the_table_says(old: Visibility, make: Maker) -> None:
    report = make.report()
    for new in Visibility:
        for kind in ActorKind:
            Report.objects.filter(pk=report.pk).update(visibility=old)
            allowed = kind in VISIBILITY_MOVES[old].get(new, frozenset())
            try:
                services.change_visibility(report, new, by=Actor(kind))
                moved = True
            except InvalidTransition:
                moved = False

            assert moved is allowed, (old, new, kind)


@pytest.mark.parametrize("end", sorted(TERMINAL - {Status.WITHDRAWN}))
def test_an_end_needs_a_fitting_reason_and_words(end: Status, make: Maker, olga: User) -> None:
    report, by = make.report(status=Status.ASSIGNED), make.actor(olga)
    fitting = min(REASONS[end])

    for reason, text in [("", "Words."), ("producers_wish", "Words."), (fitting, "")]:
        with pytest.raises(ReasonRequired):
            services.change_status(report, end, by=by, reason=reason, text=text)

    report.refresh_from_db()
    assert report.status == Status.ASSIGNED


def test_redirected_names_who_and_duplicate_names_which(make: Maker, olga: User) -> None:
    report, by = make.report(status=Status.ASSIGNED), make.actor(olga)

    with pytest.raises(ReasonRequired):
        services.change_status(report, Status.REDIRECTED, by=by, reason="not_ours", text="Not ours.")
    with pytest.raises(ReasonRequired):
        services.change_status(
            report, Status.DUPLICATE, by=by, reason="same_matter", text="Twice.", duplicate_of=report
        )


def test_a_report_that_is_nobodys_is_not_assigned(make: Maker, mona: User) -> None:
    report = make.report("noise")

    with pytest.raises(InvalidTransition) as refusal:
        services.change_status(report, Status.ASSIGNED, by=make.actor(mona))

    assert "assigned" not in refusal.value.extensions["legal"]


def test_the_database_refuses_an_end_without_a_reason(make: Maker) -> None:
    report = make.report()

    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(status=Status.RESOLVED)


def test_the_database_refuses_a_report_nobody_has(make: Maker) -> None:
    report = make.report()

    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(responsible=None, triage_reason="")


def test_a_producer_disputes_once(make: Maker, alice: User) -> None:
    report = make.report(status=Status.RESOLVED, user=alice)

    disputed = services.dispute(report, by=make.actor(alice), text="Still there.")
    Report.objects.filter(pk=report.pk).update(status="resolved", reason="fixed", resolved_at=timezone.now())

    assert (disputed.status, disputed.dispute_count, disputed.reason) == ("assigned", 1, "")
    with pytest.raises(DisputeOver):
        services.dispute(report, by=make.actor(alice), text="Still there!")


def test_after_28_days_it_is_too_late(make: Maker, alice: User) -> None:
    report = make.report(status=Status.RESOLVED, user=alice)
    Report.objects.filter(pk=report.pk).update(resolved_at=timezone.now() - timedelta(days=29))

    with pytest.raises(DisputeOver):
        services.dispute(report, by=make.actor(alice), text="Still there.")


def test_an_open_report_is_not_disputed(make: Maker, alice: User) -> None:
    with pytest.raises(InvalidTransition):
        services.dispute(make.report(user=alice), by=make.actor(alice), text="Slow.")


def test_the_first_publication_makes_a_producer_trusted(make: Maker, alice: User, mona: User) -> None:
    report = make.report(user=alice, visibility=Visibility.HELD)

    services.change_visibility(report, Visibility.PUBLIC, by=make.actor(mona))

    assert make.submitted(user=alice).report.visibility == Visibility.PUBLIC


def test_a_whole_life_leaves_an_unbroken_chain(make: Maker, alice: User, olga: User, mona: User) -> None:
    report, desk = make.submitted(user=alice).report, make.actor(olga)
    services.change_visibility(report, Visibility.PUBLIC, by=make.actor(mona))
    services.change_status(report, Status.ASSIGNED, by=desk)
    services.answer(report, by=desk, text="We will look at it.")
    services.change_status(report, Status.IN_PROGRESS, by=desk)
    services.change_status(report, Status.RESOLVED, by=desk, reason="fixed", text="Filled.")
    services.dispute(report, by=make.actor(alice), text="It opened again.")

    report.refresh_from_db()
    events = list(report.events.select_related("organisation", "by_organisation").order_by("pk"))
    verify_chain(report, events)
    assert len(events) == report.version == 9


def _stand_at(report: Report, status: Status) -> None:
    ended: dict[str, Any] = {"reason": ""}
    if status in TERMINAL:
        ended = {"reason": min(REASONS[status]), "resolved_at": timezone.now()}
    ended |= {"redirected_to": "the province"} if status == Status.REDIRECTED else {}
    ended |= {"duplicate_of": report} if status == Status.DUPLICATE else {}
    Report.objects.filter(pk=report.pk).update(status=status, **ended)


def _can_move(report: Report, new: Status, by: Actor, target: Report) -> bool:
    """Try a move and take it back; a refusal must name exactly what the table allows."""
    reason = min(REASONS[new]) if new in TERMINAL else ""
    who = "the province" if new == Status.REDIRECTED else ""
    refused: list[InvalidTransition] = []
    with transaction.atomic():
        try:
            services.change_status(
                report, new, by=by, reason=reason, text="Words.", redirected_to=who, duplicate_of=target
            )
        except InvalidTransition as refusal:
            refused.append(refusal)
        transaction.set_rollback(True)
    report.refresh_from_db()
    legal = legal_statuses(report.status, by.kind)
    assert [refusal.extensions["legal"] for refusal in refused] == ([legal] if new not in legal else [])
    return not refused
