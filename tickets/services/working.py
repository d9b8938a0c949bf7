"""An organisation works: it accepts, starts, notes and finishes."""

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from reports import services as reports
from reports import workflow as report_life
from reports.errors import InvalidTransition
from reports.models import Comment, Event, Photo, Report
from tickets.models import Ticket
from tickets.services.moving import check_holder, check_move, held, note_move, say
from tickets.workflow import LIVE, WORKERS, Countersign, Role, Status


@transaction.atomic
def accept(ticket: Ticket, *, by: Actor) -> Ticket:
    """The organisation says that it takes the work. Raises InvalidTransition, NotAllowed."""
    ticket = held(ticket)
    check_move(ticket, Status.ACCEPTED, by)
    ticket.status = Status.ACCEPTED
    ticket.accepted_at = timezone.now()
    note_move(ticket, Event.Kind.TICKET_ACCEPTED, by=by)
    return ticket


@transaction.atomic
def start(ticket: Ticket, *, by: Actor) -> Ticket:
    """Work begins, and the report is in progress. Raises InvalidTransition, NotAllowed."""
    ticket = held(ticket)
    check_move(ticket, Status.IN_PROGRESS, by)
    ticket.status = Status.IN_PROGRESS
    ticket.started_at = timezone.now()
    ticket.accepted_at = ticket.accepted_at or ticket.started_at
    note_move(ticket, Event.Kind.TICKET_STARTED, by=by)
    ticket.report = _in_progress(ticket.report, by)
    return ticket


@transaction.atomic
def note(ticket: Ticket, *, by: Actor, text: str, is_public: bool = False) -> Ticket:
    """Say how it goes: to those who work on it, or to everybody. Raises InvalidTransition once it is over."""
    ticket = held(ticket)
    check_holder(ticket, by)
    if ticket.status not in LIVE or by.kind not in WORKERS:
        raise InvalidTransition(_("The ticket"), ticket.status, "noted", [])
    comment = say(ticket.report, by, text, Comment.Kind.NOTE, is_public=is_public)
    note_move(ticket, Event.Kind.TICKET_NOTED, by=by, comment=comment, is_public=is_public)
    return ticket


@transaction.atomic
def finish(
    ticket: Ticket, *, by: Actor, text: str, proof: File[bytes] | None = None, reason: str = ""
) -> Ticket:
    """The work is done: the report resolves, or the owner is asked to countersign if the category says so.

    ``reason`` is how a report resolves (by default: a problem is fixed, anything else is answered).
    Raises InvalidTransition, NotAllowed, ReasonRequired, PhotoRefused.
    """
    ticket = held(ticket)
    check_move(ticket, Status.DONE, by)
    if proof is not None:
        photo = reports.add_photo(ticket.report, proof, by=by, role=Photo.Role.PROOF)
        ticket = held(ticket)
        ticket.proof = photo
    asks = needs_countersign(ticket)
    ticket.status = Status.DONE
    ticket.done_at = timezone.now()
    ticket.accepted_at = ticket.accepted_at or ticket.done_at
    ticket.countersign = Countersign.ASKED if asks else Countersign.NONE
    ticket.note = say(ticket.report, by, text, Comment.Kind.NOTE, is_public=False)
    data = {"countersign": str(ticket.countersign)}
    note_move(ticket, Event.Kind.TICKET_DONE, by=by, data=data, comment=ticket.note)
    ticket.report = _in_progress(ticket.report, by) if asks else resolve(ticket.report, by, text, reason)
    return ticket


def needs_countersign(ticket: Ticket) -> bool:
    """Whether the owner has the last word on this ticket's work."""
    report = ticket.report
    is_owners_own = report.responsible_id in {None, ticket.organisation_id}
    return ticket.role == Role.EXECUTOR and report.category.needs_countersign and not is_owners_own


def resolve(report: Report, by: Actor, text: str, reason: str = "") -> Report:
    """The report's end that follows from finished work."""
    by_kind = report_life.Reason.FIXED if report.kind == Report.Kind.PROBLEM else report_life.Reason.ANSWERED
    return reports.change_status(
        report, report_life.Status.RESOLVED, by=by, reason=reason or by_kind, text=text
    )


def _in_progress(report: Report, by: Actor) -> Report:
    if report.status != report_life.Status.ASSIGNED:
        return report
    return reports.change_status(report, report_life.Status.IN_PROGRESS, by=by)
