"""A ticket leaves an organisation: declined, handed over, or its offer withdrawn. The clocks run on."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor, ActorKind
from accounts.models import Organisation
from reports import services as reports
from reports import workflow as report_life
from reports.models import Comment, Event, Report
from tickets import queries
from tickets.errors import CannotHandOver
from tickets.models import Ticket
from tickets.services.moving import (
    check_move,
    check_supervisor,
    check_table,
    event_data,
    held,
    leave,
    note_move,
    say,
)
from tickets.workflow import Countersign, Reason, Role, Status


@transaction.atomic
def decline(ticket: Ticket, *, by: Actor, reason: Reason | str, text: str = "") -> Ticket:
    """Not ours: the next organisation that the rules name is asked, and none twice; else the desk decides.

    The next one's ticket is offered when the relay reads the routing. Raises InvalidTransition, NotAllowed.
    """
    ticket = held(ticket)
    check_move(ticket, Status.DECLINED, by)
    words = say(ticket.report, by, text, Comment.Kind.REASON, is_public=False)
    ticket.status = Status.DECLINED
    ticket.decline_reason = reason
    note_move(ticket, Event.Kind.TICKET_DECLINED, by=by, data={"reason": str(reason)}, comment=words)
    leave(ticket)
    ticket.report = _not_in_progress(ticket.report)
    ticket.report = _ask_next(ticket)
    return ticket


@transaction.atomic
def hand_over(ticket: Ticket, *, by: Actor, to: Organisation, reason: Reason | str, text: str = "") -> Ticket:
    """Give a ticket to another organisation at once; returns the new ticket, whose clock is the old one's.

    Raises InvalidTransition, NotAllowed; CannotHandOver when ``to`` holds it already, or when a firm names an
    organisation that no rule names for this report.
    """
    ticket = held(ticket)
    check_move(ticket, Status.HANDED_OVER, by)
    _check_receiver(ticket, by, to)
    words = say(ticket.report, by, text, Comment.Kind.REASON, is_public=False)
    ticket.status = Status.HANDED_OVER
    data = {"reason": str(reason), "to": to.code}
    note_move(ticket, Event.Kind.TICKET_HANDED_OVER, by=by, organisation=to, data=data, comment=words)
    leave(ticket)
    report = _route_to(_not_in_progress(ticket.report), ticket.role, to, by=by, rule="hand_over")
    heir = Ticket(
        report=report,
        organisation=to,
        role=ticket.role,
        offered_at=ticket.offered_at,
        acknowledge_by=ticket.acknowledge_by,
        resolve_by=ticket.resolve_by,
        paused_seconds=ticket.paused_seconds,
        handed_over_from=ticket,
    )
    heir.save(force_insert=True)
    reports.offer_many([reports.Offer(report, to, event_data(heir))], by=by)
    return heir


@transaction.atomic
def withdraw_offer(ticket: Ticket, *, by: Actor, reason: str = "desk") -> Ticket:
    """The owner or the steering bureau takes a ticket back. An owner's own goes to triage.

    Raises InvalidTransition, NotAllowed.
    """
    ticket = held(ticket)
    check_supervisor(ticket, by)
    check_table(ticket, Status.CANCELLED, by)
    ticket.status = Status.CANCELLED
    ticket.countersign = Countersign.NONE
    note_move(ticket, Event.Kind.TICKET_CANCELLED, by=by, data={"reason": reason})
    leave(ticket)
    report = _not_in_progress(ticket.report)
    if ticket.role == Role.OWNER or report.responsible is None:
        ticket.report = reports.return_to_triage(report, by=by, reason="cancelled")
    else:
        ticket.report = reports.assign(report, by=by, organisation=report.responsible)
    return ticket


def _ask_next(ticket: Ticket) -> Report:
    report, candidate = ticket.report, queries.next_candidate(ticket)
    if candidate is not None:
        return _route_to(report, ticket.role, candidate.organisation, by=SYSTEM, rule=candidate.rule)
    answers_meanwhile = report.responsible if ticket.role == Role.EXECUTOR else None
    return reports.return_to_triage(report, by=SYSTEM, reason="declined", organisation=answers_meanwhile)


def _route_to(report: Report, role: str, to: Organisation, *, by: Actor, rule: str) -> Report:
    """The report's owner or executor is another from now on."""
    if role == Role.OWNER or report.responsible is None:
        return reports.assign(
            report, by=by, organisation=to, executor=queries.executor_of(report, to), rule=rule
        )
    return reports.assign(report, by=by, organisation=report.responsible, executor=to, rule=rule)


def _not_in_progress(report: Report) -> Report:
    """When nobody is at work any more, the public should not read that somebody is."""
    at_work = Ticket.objects.filter(report=report, status=Status.IN_PROGRESS).exists()
    if at_work or report.status != report_life.Status.IN_PROGRESS:
        return report
    return reports.change_status(report, report_life.Status.ASSIGNED, by=SYSTEM)


def _check_receiver(ticket: Ticket, by: Actor, to: Organisation) -> None:
    if Ticket.objects.live().filter(report=ticket.report, organisation=to, role=ticket.role).exists():
        raise CannotHandOver(_("This organisation holds a ticket of this report already."))
    if by.kind == ActorKind.FIRM_AGENT and to.code not in queries.named_for(ticket.report):
        raise CannotHandOver(
            _("A firm hands over only to an organisation that the rules name for this report.")
        )
