"""Who sits at a report's desk: staff of the organisation that answers for it, or of the steering bureau."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.actors import Actor, ActorKind, Viewer
from accounts.errors import NotAllowed
from accounts.models import Organisation
from accounts.viewers import viewer_of
from reports.models import Report

# In this order somebody with several roles acts: a moderator may do most.
_ROLES = (ActorKind.MODERATOR, ActorKind.OFFICER, ActorKind.STEWARD)


def desk_actors(viewer: Viewer, report: Report) -> list[Actor]:
    """The roles in which this viewer decides about a report, the mightiest first; none for outsiders."""
    actors = [actor for actor in viewer.actors() if actor.kind in _ROLES and _has(actor, report)]
    if not actors and viewer.user is not None and viewer.user.is_superuser:
        actors = _as_root(viewer)
    return sorted(actors, key=lambda actor: _ROLES.index(actor.kind))


def desk_actor(viewer: Viewer, report: Report, may: Callable[[Actor], bool] = lambda _: True) -> Actor:
    """The role to act in: the first that ``may``, else the first of all, who is then told why not.

    Raises NotAllowed for anybody who does not sit at this report's desk.
    """
    actors = desk_actors(viewer, report)
    if not actors:
        raise NotAllowed(
            _("Only the bureau that answers for the report, or the steering bureau, decides here.")
        )
    return next((actor for actor in actors if may(actor)), actors[0])


def is_desk(viewer: Viewer) -> bool:
    """Whether this viewer has a desk at all."""
    is_root = bool(viewer.user and viewer.user.is_superuser)
    return is_root or any(actor.kind in _ROLES for actor in viewer.actors())


def sees_everything(request: HttpRequest) -> bool:
    """Whether no report is hidden from whoever sent the request: for the entries of the sidebar."""
    return viewer_of(request).sees_everything


def _has(actor: Actor, report: Report) -> bool:
    organisation = actor.organisation
    return organisation is not None and (organisation.is_steering or organisation.pk == report.responsible_id)


def _as_root(viewer: Viewer) -> list[Actor]:
    """A superuser acts for the steering bureau, and the event says so."""
    steering = Organisation.objects.filter(is_steering=True).order_by("pk").first()
    return [Actor(ActorKind.MODERATOR, organisation=steering, user=viewer.user)] if steering else []
