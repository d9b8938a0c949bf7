"""In what role somebody moves a ticket."""

from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts.actors import Actor
from accounts.errors import NotAllowed
from accounts.viewers import viewer_of
from tickets.models import Ticket
from tickets.workflow import SUPERVISORS, WORKERS


def worker_of(request: Request, ticket: Ticket) -> Actor:
    """Whoever sent the request, in a working role of the ticket's organisation; raises NotAllowed."""
    for actor in viewer_of(request).actors():
        is_holder = actor.organisation is not None and actor.organisation.pk == ticket.organisation_id
        if is_holder and actor.kind in WORKERS:
            return actor
    raise NotAllowed(_("Only people of the organisation that holds a ticket, in a working role, move it."))


def supervisor_of(request: Request, ticket: Ticket) -> Actor:
    """The same in a role of the report's owner or of the steering bureau; raises NotAllowed."""
    over_it = [actor for actor in viewer_of(request).actors() if _is_over(actor, ticket)]
    own_first = sorted(over_it, key=lambda actor: _organisation_id(actor) != ticket.report.responsible_id)
    if not own_first:
        raise NotAllowed(
            _("Only the bureau that answers for the report, or the steering bureau, may do this.")
        )
    return own_first[0]


def _is_over(actor: Actor, ticket: Ticket) -> bool:
    organisation = actor.organisation
    if organisation is None or actor.kind not in SUPERVISORS:
        return False
    return organisation.is_steering or organisation.pk == ticket.report.responsible_id


def _organisation_id(actor: Actor) -> int | None:
    return actor.organisation.pk if actor.organisation else None
