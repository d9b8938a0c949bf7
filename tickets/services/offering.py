"""Tickets follow the routing: whoever should have one is offered it, whoever should not loses it.

What should be is read from the report as it stands, not from the event that called: so it does not matter how
late, or how often, an event arrives.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Organisation
from reports import services as reports
from reports import workflow as report_life
from reports.events import Happening
from reports.models import Event, Report
from routing.services import current_snapshot
from tickets.models import Ticket
from tickets.services.moving import event_data
from tickets.workflow import Countersign, Role, Status

Share = tuple[str, str]  # a role and the code of the organisation that should hold it
CLOSED = ("status", "sequence", "done_at", "countersign")


@transaction.atomic
def reconcile(report_ids: Iterable[int], *, since: Mapping[int, datetime] | None = None) -> None:
    """Close the tickets that no longer fit these reports and offer those that are missing.

    The clocks are the report's own; ``since`` starts new ones, by report, for work that was disputed.
    Seven statements to offer, five more to close, however many reports there are.
    """
    held = _locked(report_ids)
    live = _live(held)
    missing: list[tuple[Report, Share]] = []
    leaving: list[Ticket] = []
    for report in held.values():
        wanted = _wanted(report)
        have = {(ticket.role, ticket.organisation.code): ticket for ticket in live[report.pk]}
        leaving += [ticket for share, ticket in have.items() if share not in wanted]
        if not report.triage_reason:
            missing += [(report, share) for share in wanted if share not in have]
    if leaving:
        _close(leaving)
    if missing:
        _offer(missing, since or {})


def _locked(report_ids: Iterable[int]) -> dict[int, Report]:
    """The reports in the order of their keys, so that two who lock many never wait for each other."""
    rows = Report.objects.select_for_update(of=("self",)).select_related("category", "responsible")
    return {report.pk: report for report in rows.filter(pk__in=list(report_ids)).order_by("pk")}


def _live(held: Mapping[int, Report]) -> defaultdict[int, list[Ticket]]:
    live: defaultdict[int, list[Ticket]] = defaultdict(list)
    for ticket in Ticket.objects.live().filter(report__in=held).select_related("organisation").order_by("pk"):
        ticket.report = held[ticket.report_id]
        live[ticket.report_id].append(ticket)
    return live


def _wanted(report: Report) -> list[Share]:
    """Who should hold a ticket: the owner, and the executor unless a person is asked to decide."""
    if not report.is_open or report.responsible is None:
        return []
    owner, executor = report.responsible.code, report.decision.get("executor")
    shares: list[Share] = [(Role.OWNER.value, owner)]
    if executor and executor != owner and not report.triage_reason:
        shares.append((Role.EXECUTOR.value, executor))
    return shares


def _offer(missing: list[tuple[Report, Share]], since: Mapping[int, datetime]) -> None:
    organisations = Organisation.objects.in_bulk({code for _, (_, code) in missing}, field_name="code")
    now = timezone.now()
    tickets = [
        _new_ticket(report, organisations[code], role, since.get(report.pk), now)
        for report, (role, code) in missing
        if code in organisations
    ]
    Ticket.objects.bulk_create(tickets)
    reports.offer_many([reports.Offer(t.report, t.organisation, event_data(t)) for t in tickets])


def _new_ticket(
    report: Report, organisation: Organisation, role: str, since: datetime | None, now: datetime
) -> Ticket:
    clocks = (report.acknowledge_by, report.resolve_by)
    if since is not None:
        clocks = current_snapshot().service_levels(report.category.code, since)
    return Ticket(
        report=report,
        organisation=organisation,
        role=role,
        offered_at=now,
        acknowledge_by=clocks[0],
        resolve_by=clocks[1],
    )


def _close(tickets: list[Ticket]) -> None:
    """The owner's ticket of a resolved report is done; every other that no longer fits is cancelled."""
    now = timezone.now()
    for ticket in tickets:
        is_answered = ticket.report.status == report_life.Status.RESOLVED and ticket.role == Role.OWNER
        ticket.status = Status.DONE if is_answered else Status.CANCELLED
        ticket.done_at = now if is_answered else ticket.done_at
        ticket.countersign = Countersign.NONE
        ticket.sequence += 1
    Ticket.objects.bulk_update(tickets, CLOSED)
    reports.note_many([_closing(ticket) for ticket in tickets])
    gone = [t for t in tickets if t.organisation_id != t.report.responsible_id]
    if gone:
        reports.stop_reading_many((ticket.report, ticket.organisation) for ticket in gone)


def _closing(ticket: Ticket) -> Happening:
    is_done = ticket.status == Status.DONE
    kind = Event.Kind.TICKET_DONE if is_done else Event.Kind.TICKET_CANCELLED
    return Happening(ticket.report, kind, SYSTEM, organisation=ticket.organisation, data=event_data(ticket))
