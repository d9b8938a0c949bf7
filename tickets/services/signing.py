"""The owner has the last word on an executor's work."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from reports import services as reports
from reports.models import Comment, Event, Photo
from tickets.errors import NothingToCountersign
from tickets.models import Ticket
from tickets.services.moving import check_supervisor, check_table, held, note_move, say
from tickets.services.working import resolve
from tickets.workflow import LIVE, Countersign, Role, Status


@transaction.atomic
def countersign(ticket: Ticket, *, by: Actor, text: str = "", reason: str = "") -> Ticket:
    """Confirm an executor's finished work: its ticket and the owner's are done, and the report resolves.

    Takes either ticket. ``text`` is what the public reads; without it, the executor's own note.
    Raises NothingToCountersign, NotAllowed.
    """
    ticket = _waiting(ticket)
    check_supervisor(ticket, by)
    public = text or (ticket.note.text if ticket.note else "")
    ticket.countersign = Countersign.GIVEN
    note_move(ticket, Event.Kind.TICKET_COUNTERSIGNED, by=by)
    _finish_owners(ticket, by)
    ticket.report = resolve(ticket.report, by, public, reason)
    if ticket.proof is not None and ticket.proof.state == Photo.State.READY:
        reports.publish_photo(ticket.proof, by=by)
        ticket = held(ticket)
    return ticket


@transaction.atomic
def return_to_executor(ticket: Ticket, *, by: Actor, text: str) -> Ticket:
    """Not good enough yet: the executor goes on, and reads why. Raises NothingToCountersign, NotAllowed."""
    ticket = _waiting(ticket)
    check_supervisor(ticket, by)
    check_table(ticket, Status.IN_PROGRESS, by)
    ticket.status = Status.IN_PROGRESS
    ticket.countersign = Countersign.NONE
    ticket.done_at = None
    words = say(ticket.report, by, text, Comment.Kind.NOTE, is_public=False)
    note_move(ticket, Event.Kind.TICKET_RETURNED, by=by, comment=words)
    return ticket


def _waiting(ticket: Ticket) -> Ticket:
    """The executor's ticket on this report whose work waits for the owner's word."""
    ticket = held(ticket)
    if ticket.countersign == Countersign.ASKED:
        return ticket
    asked = Ticket.objects.filter(report=ticket.report, countersign=Countersign.ASKED).order_by("pk").first()
    if ticket.role != Role.OWNER or asked is None:
        raise NothingToCountersign(_("No finished work on this report waits for a countersignature."))
    asked.report = ticket.report
    return held(asked)


def _finish_owners(ticket: Ticket, by: Actor) -> None:
    """The owner's own ticket ends with the work it answers for."""
    owners = Ticket.objects.filter(report=ticket.report, role=Role.OWNER, status__in=sorted(LIVE))
    for own in owners.select_related("organisation"):
        own.report = ticket.report
        own.status = Status.DONE
        own.done_at = timezone.now()
        own.accepted_at = own.accepted_at or own.done_at
        note_move(own, Event.Kind.TICKET_DONE, by=by)
