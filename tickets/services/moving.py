"""What every move of a ticket has in common: the lock, the table, the words and the event."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.errors import NotAllowed
from accounts.models import Organisation
from reports import services as reports
from reports.errors import InvalidTransition
from reports.events import new_salt, record
from reports.models import Comment, Event, Report
from tickets.models import Ticket
from tickets.workflow import SUPERVISORS, Status, legal_moves

MOVED = (
    "status",
    "sequence",
    "accepted_at",
    "started_at",
    "done_at",
    "note",
    "proof",
    "countersign",
    "decline_reason",
)


def held(ticket: Ticket) -> Ticket:
    """The ticket as it stands now. Its report is locked, and that holds every ticket of the report."""
    report = reports.locked(ticket.report)
    ticket = Ticket.objects.select_related("organisation", "note", "proof").get(pk=ticket.pk)
    ticket.report = report
    return ticket


def check_move(ticket: Ticket, new: Status, by: Actor) -> None:
    """Raises NotAllowed for another organisation's ticket, InvalidTransition for a move not in the table."""
    check_holder(ticket, by)
    check_table(ticket, new, by)


def check_holder(ticket: Ticket, by: Actor) -> None:
    """Raises NotAllowed unless ``by`` acts for the organisation that holds the ticket."""
    if by.organisation is None or by.organisation.pk != ticket.organisation_id:
        raise NotAllowed(_("Only the organisation that holds a ticket moves it."))


def check_table(ticket: Ticket, new: Status, by: Actor) -> None:
    """Raises InvalidTransition, naming the moves legal for this actor; none once the report is closed."""
    legal = legal_moves(ticket.status, by.kind, countersign=ticket.countersign)
    legal = legal if ticket.report.is_open else []
    if new not in legal:
        raise InvalidTransition(_("The ticket"), ticket.status, new, legal)


def check_supervisor(ticket: Ticket, by: Actor) -> None:
    """Raises NotAllowed unless ``by`` is bureau staff of the report's owner or of the steering bureau."""
    organisation = by.organisation
    is_over_it = organisation is not None and (
        organisation.is_steering or organisation.pk == ticket.report.responsible_id
    )
    if by.kind not in SUPERVISORS or not is_over_it:
        raise NotAllowed(
            _("Only the bureau that answers for the report, or the steering bureau, may do this.")
        )


def say(report: Report, by: Actor, text: str, kind: Comment.Kind, *, is_public: bool) -> Comment | None:
    """The words beside a move, or None when there are none."""
    if not text:
        return None
    return Comment.objects.create(
        report=report,
        kind=kind,
        organisation=by.organisation,
        text=text,
        salt=new_salt(),
        is_public=is_public,
    )


def note_move(
    ticket: Ticket,
    kind: Event.Kind,
    *,
    by: Actor,
    organisation: Organisation | None = None,
    data: dict[str, Any] | None = None,
    comment: Comment | None = None,
    is_public: bool = True,
) -> None:
    """Save a moved ticket with its next sequence number, and write the event."""
    ticket.sequence += 1
    ticket.save(update_fields=MOVED)
    record(
        ticket.report,
        kind,
        by=by,
        organisation=organisation or ticket.organisation,
        data={**event_data(ticket), **(data or {})},
        comment=comment,
        is_public=is_public,
    )


def event_data(ticket: Ticket) -> dict[str, Any]:
    """What every event of a ticket says: codes and numbers."""
    return {
        "ticket": ticket.code,
        "sequence": ticket.sequence,
        "role": str(ticket.role),
        "status": str(ticket.status),
        "ticket_of": ticket.organisation.code,
    }


def leave(ticket: Ticket) -> None:
    """The organisation stops reading the report, unless it holds another ticket of it."""
    others = Ticket.objects.live().filter(report=ticket.report, organisation=ticket.organisation_id)
    if not others.exclude(pk=ticket.pk).exists():
        reports.stop_reading(ticket.report, ticket.organisation)
