"""In what role somebody speaks about a report."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from accounts.actors import Actor, ActorKind
from accounts.errors import NotAllowed
from accounts.models import Producer, User
from accounts.services import producer_for
from accounts.viewers import producer_of, viewer_of
from reports.models import Recipient, Report


def voice_of(request: Request, report: Report) -> Actor:
    """Staff of an organisation that has the report speak for it; everybody else for themselves.

    Raises NotAuthenticated when nobody is known.
    """
    viewer = viewer_of(request)
    for actor in viewer.actors():
        organisation = actor.organisation
        if organisation and (organisation.is_steering or _works_on(report, organisation.pk)):
            return actor
    return as_producer(request)


def as_producer(request: Request) -> Actor:
    """Whoever sent the request, as a producer; an account's is made at its first act.

    Raises NotAuthenticated when nobody is known.
    """
    own = viewer_of(request).as_producer()
    if own is not None:
        return own
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return Actor(ActorKind.PRODUCER, producer=producer_for(request.user), user=request.user)


def sender_of(request: Request) -> Producer | None:
    """The account's producer, made at its first act; None for anybody else."""
    known = producer_of(request)
    if known is not None or not isinstance(request.user, User):
        return known
    return producer_for(request.user)


def eraser_of(request: Request, report: Report) -> Actor:
    """Whoever sent the report, or a steward of the steering bureau for them. Raises NotAllowed."""
    viewer = viewer_of(request)
    own = viewer.as_producer()
    if own is not None and own.producer is not None and own.producer.pk == report.producer_id:
        return own
    for actor in viewer.actors():
        if actor.kind == ActorKind.STEWARD and actor.organisation and actor.organisation.is_steering:
            return actor
    raise NotAllowed(_("A report is erased by whoever sent it, with its receipt or their account."))


def _works_on(report: Report, organisation_id: int) -> bool:
    return Recipient.objects.filter(report=report, organisation=organisation_id, is_active=True).exists()
