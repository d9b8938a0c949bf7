"""The life of a report that was sent to try things out: nobody works on it, and soon it is done."""

from datetime import datetime, timedelta

from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, ActorKind
from reports.errors import InvalidTransition
from tickets.models import Ticket
from tickets.services.working import accept, finish, start
from tickets.workflow import Status

# How long the test organisation stays at each of three steps.
STEP = timedelta(seconds=10)
MOST_AT_ONCE = 100


def live_sandbox(now: datetime | None = None) -> int:
    """Move each ticket of the test organisation that has rested for a step; returns how many moved."""
    rested_since = (now or timezone.now()) - STEP
    own = Ticket.objects.live().filter(report__is_sandbox=True, organisation__is_sandbox=True)
    rested = own.alias(since=Coalesce("started_at", "accepted_at", "offered_at"))
    rested = rested.filter(since__lte=rested_since).select_related("report", "organisation")
    return sum(_move(ticket) for ticket in rested.order_by("pk")[:MOST_AT_ONCE])


def _move(ticket: Ticket) -> bool:
    """One step further, in the words of the report's language; False when somebody was faster."""
    by = Actor(ActorKind.OFFICER, organisation=ticket.organisation)
    try:
        with translation.override(ticket.report.language):
            _step(ticket, by)
    except InvalidTransition:
        return False
    return True


def _step(ticket: Ticket, by: Actor) -> None:
    if ticket.status == Status.OFFERED:
        accept(ticket, by=by)
    elif ticket.status == Status.ACCEPTED:
        start(ticket, by=by)
    else:
        finish(ticket, by=by, text=_("This was a test. Had it been real, somebody would have come."))
