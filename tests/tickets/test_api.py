"""Firms and bureaus work on tickets over the API."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from reports.events import verify_chain
from reports.models import Event, Photo, Recipient, Report
from reports.services import change_status, dispute, finish_photo, withdraw
from reports.workflow import Reason, Status
from tests.conftest import Maker, SmallCity
from tests.tickets.conftest import Tickets
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], APIClient]
Relay = Callable[[], int]


def url(ticket: Ticket, verb: str = "") -> str:
    return f"/api/v1/tickets/{ticket.code}/" + (f"{verb}/" if verb else "")


def statuses(report: Report) -> list[tuple[str, str, str]]:
    tickets = Ticket.objects.filter(report=report).order_by("pk")
    return [(t.role, t.organisation.code, t.status) for t in tickets.select_related("organisation")]


def test_a_routed_report_is_offered_to_its_owner_and_its_executor_at_once(
    pothole: Tickets, city: SmallCity
) -> None:
    report = pothole.fresh_report()

    assert statuses(report) == [("owner", "works", "offered"), ("executor", "mender", "offered")]
    assert report.status == Status.ASSIGNED
    assert pothole.executor.resolve_by == report.resolve_by
    assert set(Recipient.objects.filter(report=report).values_list("organisation__code", flat=True)) == {
        "works",
        "mender",
    }


def test_a_firm_accepts_starts_and_finishes_and_the_owner_countersigns(
    pothole: Tickets, otto: User, olga: User, client_of: ClientOf, relay: Relay, photo: SimpleUploadedFile
) -> None:
    firm, bureau, ticket = client_of(otto), client_of(olga), pothole.executor
    assert firm.post(url(ticket, "accept")).json()["status"] == "accepted"
    assert firm.post(url(ticket, "start")).json()["status"] == "in_progress"
    assert pothole.fresh_report().status == Status.IN_PROGRESS
    proven = {"text": "Filled with asphalt.", "proof": photo}
    done = firm.post(url(ticket, "done"), proven, format="multipart")
    assert done.json()["countersign"] == "asked"
    assert pothole.fresh_report().status == Status.IN_PROGRESS
    finish_photo(Photo.objects.get())

    signed = bureau.post(url(ticket, "countersign"), {"text": "We looked: it is even."})

    report = pothole.fresh_report()
    relay()
    assert signed.status_code == 200
    assert signed.json()["countersign"] == "given"
    assert statuses(report) == [("owner", "works", "done"), ("executor", "mender", "done")]
    assert (report.status, report.reason) == (Status.RESOLVED, Reason.FIXED)
    assert Photo.objects.get().is_published
    assert report.comments.filter(is_public=True).get().text == "We looked: it is even."
    verify_chain(report, list(report.events.order_by("pk")))


def test_the_owner_countersigns_from_its_own_ticket_too(
    pothole: Tickets, otto: User, olga: User, client_of: ClientOf
) -> None:
    firm = client_of(otto)
    firm.post(url(pothole.executor, "accept"))
    firm.post(url(pothole.executor, "done"), {"text": "Filled."})

    signed = client_of(olga).post(url(pothole.owner, "countersign"), {})

    assert signed.json()["code"] == pothole.executor.code
    assert pothole.fresh_report().status == Status.RESOLVED


def test_the_owner_returns_work_that_is_not_good_enough(
    pothole: Tickets, otto: User, olga: User, client_of: ClientOf
) -> None:
    firm, ticket = client_of(otto), pothole.executor
    firm.post(url(ticket, "accept"))
    firm.post(url(ticket, "done"), {"text": "Filled."})

    returned = client_of(olga).post(url(ticket, "return"), {"text": "The edge is open."})

    assert returned.json()["status"] == "in_progress"
    assert firm.post(url(ticket, "done"), {"text": "Edge sealed."}).json()["countersign"] == "asked"
    assert client_of(olga).post(url(ticket, "countersign")).status_code == 200


def test_a_firm_cannot_countersign_its_own_work(pothole: Tickets, otto: User, client_of: ClientOf) -> None:
    firm, ticket = client_of(otto), pothole.executor
    firm.post(url(ticket, "accept"))
    firm.post(url(ticket, "done"), {"text": "Filled."})

    assert firm.post(url(ticket, "countersign")).status_code == 403
    assert pothole.fresh_report().status == Status.IN_PROGRESS


def test_there_is_nothing_to_countersign_before_the_work_is_done(
    pothole: Tickets, olga: User, client_of: ClientOf
) -> None:
    answer = client_of(olga).post(url(pothole.owner, "countersign"))

    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/nothing-to-countersign"


def test_without_a_countersignature_an_owners_done_resolves_the_report(
    make: Maker, mona: User, client_of: ClientOf, relay: Relay
) -> None:
    report = make.report("signal")
    relay()
    ticket = Tickets(report).owner

    client_of(mona).post(url(ticket, "done"), {"text": "The lamp was changed."})

    report.refresh_from_db()
    assert (report.status, report.reason) == (Status.RESOLVED, Reason.FIXED)


def test_a_declined_ticket_goes_to_the_next_that_the_rules_name_and_then_to_triage(
    pothole: Tickets, otto: User, fritz: User, client_of: ClientOf, relay: Relay
) -> None:
    declined = client_of(otto).post(url(pothole.executor, "decline"), {"reason": "no_capacity"})
    assert declined.json()["status"] == "declined"
    relay()
    assert pothole.executor.organisation.code == "fixer"
    assert pothole.executor.resolve_by == pothole.owner.resolve_by
    client_of(fritz).post(url(pothole.executor, "decline"), {"reason": "outside_area", "text": "Too far."})
    relay()

    report = pothole.fresh_report()
    assert (report.status, report.triage_reason) == (Status.RECEIVED, "declined")
    assert report.responsible is not None
    assert report.responsible.code == "works"
    assert statuses(report) == [
        ("owner", "works", "offered"),
        ("executor", "mender", "declined"),
        ("executor", "fixer", "declined"),
    ]


def test_when_the_owner_declines_and_nobody_is_left_the_desk_decides(
    pothole: Tickets, olga: User, client_of: ClientOf, relay: Relay
) -> None:
    client_of(olga).post(url(pothole.owner, "decline"), {"reason": "not_ours"})
    relay()

    report = pothole.fresh_report()
    assert (report.responsible, report.triage_reason) == (None, "declined")
    assert statuses(report) == [("owner", "works", "declined"), ("executor", "mender", "cancelled")]


def test_declining_needs_a_reason_from_the_list(pothole: Tickets, otto: User, client_of: ClientOf) -> None:
    answer = client_of(otto).post(url(pothole.executor, "decline"), {"reason": "lazy"})

    assert answer.status_code == 400
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["#/reason"]


def test_whoever_declined_keeps_the_ticket_and_not_the_private_report(
    make: Maker, mona: User, client_of: ClientOf, relay: Relay
) -> None:
    report = make.report("taxi", visibility="private")
    relay()
    ticket = Tickets(report).owner
    ticket.organisation.is_steering = False
    ticket.organisation.save()

    answer = client_of(mona).post(url(ticket, "decline"), {"reason": "not_ours"})

    assert answer.json()["report"] is None
    assert answer.json()["reference"] == report.reference


def test_a_ticket_handed_over_keeps_its_clock(
    pothole: Tickets, otto: User, city: SmallCity, client_of: ClientOf, relay: Relay
) -> None:
    old = pothole.executor

    answer = client_of(otto).post(url(old, "hand-over"), {"to": "fixer", "reason": "not_our_asset"})

    new = pothole.executor
    relay()
    assert answer.json()["handed_over_to"] == "fixer"
    assert new.handed_over_from == old
    assert (new.offered_at, new.acknowledge_by, new.resolve_by) == (
        old.offered_at,
        old.acknowledge_by,
        old.resolve_by,
    )
    assert statuses(pothole.report) == [
        ("owner", "works", "offered"),
        ("executor", "mender", "handed_over"),
        ("executor", "fixer", "offered"),
    ]


def test_a_firm_hands_over_only_to_whom_the_rules_name(
    pothole: Tickets, otto: User, city: SmallCity, client_of: ClientOf
) -> None:
    answer = client_of(otto).post(url(pothole.executor, "hand-over"), {"to": "traffic", "reason": "other"})

    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/cannot-hand-over"


def test_an_owner_hands_the_answer_over_to_any_bureau(
    pothole: Tickets, olga: User, city: SmallCity, client_of: ClientOf, relay: Relay
) -> None:
    client_of(olga).post(url(pothole.owner, "hand-over"), {"to": "traffic", "reason": "not_ours"})
    relay()

    assert pothole.fresh_report().responsible == city.traffic
    assert statuses(pothole.report) == [
        ("owner", "works", "handed_over"),
        ("executor", "mender", "offered"),
        ("owner", "traffic", "offered"),
    ]


def test_a_firm_cannot_see_another_firms_ticket(pothole: Tickets, fritz: User, client_of: ClientOf) -> None:
    ticket, stranger = pothole.executor, client_of(fritz)

    assert stranger.get(url(ticket)).status_code == 404
    assert stranger.get("/api/v1/tickets/").json()["results"] == []
    for verb in ("accept", "start", "countersign"):
        assert stranger.post(url(ticket, verb)).status_code == 404


def test_nobody_without_a_membership_sees_tickets(
    pothole: Tickets, alice: User, anyone: APIClient, client_of: ClientOf
) -> None:
    assert anyone.get("/api/v1/tickets/").status_code == 401
    assert client_of(alice).get(url(pothole.executor)).status_code == 404


def test_an_auditor_reads_tickets_and_moves_none(pothole: Tickets, audrey: User, client_of: ClientOf) -> None:
    auditor = client_of(audrey)

    assert auditor.get(url(pothole.executor)).status_code == 200
    assert auditor.post(url(pothole.executor, "accept")).status_code == 403


def test_an_illegal_move_is_a_conflict_that_names_the_legal_ones(
    pothole: Tickets, otto: User, client_of: ClientOf
) -> None:
    answer = client_of(otto).post(url(pothole.executor, "done"), {"text": "Filled."})

    assert answer.status_code == 409
    assert answer.json()["legal"] == ["accepted", "in_progress", "declined", "handed_over"]


def test_of_two_who_decide_at_once_the_second_is_told(
    pothole: Tickets, otto: User, client_of: ClientOf
) -> None:
    firm, ticket = client_of(otto), pothole.executor
    seen = firm.get(url(ticket)).headers["ETag"]
    assert firm.post(url(ticket, "accept"), headers={"If-Match": seen}).status_code == 200

    late = firm.post(url(ticket, "decline"), {"reason": "other"}, headers={"If-Match": seen})

    assert late.status_code == 412
    assert firm.get(url(ticket), headers={"If-None-Match": seen}).status_code == 200


def test_a_note_is_for_those_who_work_unless_it_says_otherwise(
    pothole: Tickets, otto: User, anyone: APIClient, client_of: ClientOf
) -> None:
    firm, ticket = client_of(otto), pothole.executor
    firm.post(url(ticket, "notes"), {"text": "Asphalt is ordered."})
    firm.post(url(ticket, "notes"), {"text": "We come on Monday.", "is_public": True})

    timeline = anyone.get(f"/api/v1/reports/{pothole.report.code}/timeline/").json()

    assert [line["text"] for line in timeline if line["kind"] == "ticket.noted"] == ["We come on Monday."]


def test_every_move_has_the_next_sequence_number(pothole: Tickets, otto: User, client_of: ClientOf) -> None:
    firm, ticket = client_of(otto), pothole.executor
    firm.post(url(ticket, "accept"))
    firm.post(url(ticket, "notes"), {"text": "Asphalt is ordered."})
    firm.post(url(ticket, "start"))

    events = Event.objects.filter(kind__startswith="ticket.", data__ticket=ticket.code).order_by("pk")

    assert [(e.kind, e.data["sequence"]) for e in events] == [
        ("ticket.offered", 1),
        ("ticket.accepted", 2),
        ("ticket.noted", 3),
        ("ticket.started", 4),
    ]


def test_a_disputed_report_is_offered_afresh(
    make: Maker, mona: User, alice: User, client_of: ClientOf, relay: Relay
) -> None:
    report = make.report("signal", user=alice)
    relay()
    client_of(mona).post(url(Tickets(report).owner, "done"), {"text": "Changed."})
    relay()
    dispute(report, by=make.actor(alice), text="Still dark.")
    relay()

    assert statuses(report) == [("owner", "traffic", "done"), ("owner", "traffic", "offered")]
    first, second = Ticket.objects.filter(report=report).order_by("pk")
    assert first.resolve_by is not None
    assert second.resolve_by is not None
    assert second.resolve_by > first.resolve_by


def test_a_withdrawn_report_cancels_its_tickets(
    make: Maker, alice: User, relay: Relay, city: SmallCity
) -> None:
    report = make.report("pothole", user=alice)
    relay()
    withdraw(report, by=make.actor(alice))
    relay()

    assert statuses(report) == [("owner", "works", "cancelled"), ("executor", "mender", "cancelled")]
    assert list(Recipient.objects.filter(report=report, is_active=True)) == [
        Recipient.objects.get(report=report, organisation=city.works)
    ]


def test_a_report_resolved_at_the_desk_ends_the_owners_ticket_as_done(
    pothole: Tickets, olga: User, make: Maker, relay: Relay
) -> None:
    change_status(
        pothole.report,
        Status.RESOLVED,
        by=make.actor(olga),
        reason=Reason.FIXED,
        text="Done by our own people.",
    )
    relay()

    assert statuses(pothole.report) == [("owner", "works", "done"), ("executor", "mender", "cancelled")]
