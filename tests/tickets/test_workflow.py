"""The life of a ticket: every move of the table, for every role, and nothing else."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor, ActorKind
from accounts.errors import NotAllowed
from reports.errors import InvalidTransition
from reports.models import Report
from reports.workflow import Status as ReportStatus
from tests.tickets.conftest import Tickets
from tickets import services
from tickets.models import Ticket
from tickets.services.moving import check_move
from tickets.workflow import MOVES, WAITING_MOVES, Countersign, Reason, Role, Status, legal_moves

pytestmark = pytest.mark.django_db

VERBS = {
    Status.ACCEPTED: lambda ticket, by: services.accept(ticket, by=by),
    Status.IN_PROGRESS: lambda ticket, by: services.start(ticket, by=by),
    Status.DONE: lambda ticket, by: services.finish(ticket, by=by, text="Filled."),
    Status.DECLINED: lambda ticket, by: services.decline(ticket, by=by, reason=Reason.NOT_OURS),
}


def test_each_status_has_its_row() -> None:
    assert set(MOVES) == set(Status)


def test_a_producer_a_steward_and_an_auditor_move_no_ticket() -> None:
    for status in Status:
        for kind in (ActorKind.PRODUCER, ActorKind.STEWARD, ActorKind.AUDITOR):
            assert legal_moves(status, kind) == []
            assert legal_moves(status, kind, countersign=Countersign.ASKED) == []


@pytest.mark.parametrize("old", list(Status))
def test_every_move_is_taken_or_refused_as_the_table_says(old: Status, pothole: Tickets) -> None:
    ticket = pothole.owner
    for new, verb in VERBS.items():
        for kind in ActorKind:
            _stand_at(ticket, old)
            allowed = kind in MOVES[old].get(new, frozenset())

            assert _is_taken(ticket, verb, Actor(kind, organisation=ticket.organisation)) is allowed, (
                new,
                kind,
            )


@pytest.mark.parametrize("kind", list(ActorKind))
def test_work_that_waits_for_the_owner_is_returned_or_refused_as_the_table_says(
    kind: ActorKind, pothole: Tickets
) -> None:
    ticket = pothole.executor
    waiting = {"status": Status.DONE, "countersign": Countersign.ASKED, "done_at": timezone.now()}
    Ticket.objects.filter(pk=ticket.pk).update(**waiting)
    allowed = kind in WAITING_MOVES[Status.IN_PROGRESS] - {ActorKind.SYSTEM}
    by = Actor(kind, organisation=pothole.report.responsible)

    try:
        services.return_to_executor(ticket, by=by, text="The edge is still open.")
        returned = True
    except (InvalidTransition, NotAllowed):
        returned = False

    assert returned is allowed


def test_nobody_moves_the_ticket_of_another_organisation(pothole: Tickets) -> None:
    firm = Actor(ActorKind.FIRM_AGENT, organisation=pothole.executor.organisation)

    with pytest.raises(NotAllowed):
        check_move(pothole.owner, Status.ACCEPTED, firm)


def test_a_ticket_of_a_closed_report_is_not_moved(pothole: Tickets) -> None:
    Report.objects.filter(pk=pothole.report.pk).update(status=ReportStatus.DECLINED, reason="not_found")
    ticket = pothole.executor
    by = Actor(ActorKind.FIRM_AGENT, organisation=ticket.organisation)

    with pytest.raises(InvalidTransition) as refused:
        services.accept(ticket, by=by)

    assert refused.value.extensions == {"legal": []}


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": Status.DECLINED},
        {"status": Status.DONE},
        {"status": "lost"},
        {"role": "onlooker"},
        {"countersign": Countersign.ASKED},
        {"role": Role.OWNER},
    ],
)
def test_the_database_refuses_what_no_ticket_can_be(wrong: dict[str, str], pothole: Tickets) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=pothole.executor.pk).update(**wrong)


def test_one_organisation_has_one_live_ticket_in_a_role(pothole: Tickets) -> None:
    first = pothole.executor

    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.create(report=first.report, organisation=first.organisation, role=first.role)


def _stand_at(ticket: Ticket, status: Status) -> None:
    Ticket.objects.filter(report=ticket.report).exclude(pk=ticket.pk).delete()
    ends = {"decline_reason": Reason.OTHER, "done_at": timezone.now(), "countersign": Countersign.NONE}
    Ticket.objects.filter(pk=ticket.pk).update(status=status, **ends)
    Report.objects.filter(pk=ticket.report_id).update(
        status=ReportStatus.ASSIGNED,
        reason="",
        resolved_at=None,
        triage_reason="",
        responsible=ticket.organisation,
    )


def _is_taken(ticket: Ticket, verb: object, by: Actor) -> bool:
    assert callable(verb)
    try:
        verb(ticket, by)
    except (InvalidTransition, NotAllowed):
        return False
    return True
