"""From a request to the ``Viewer`` behind it."""

from django.db.models import Exists
from django.http import HttpRequest
from rest_framework.request import Request

from accounts.actors import ANYONE, Viewer
from accounts.models import Membership, Producer, User


def viewer_of(request: HttpRequest | Request) -> Viewer:
    """Who looks, read once per request: two statements for an account, none for anybody else."""
    known = getattr(request, "viewer", None)
    if isinstance(known, Viewer):
        return known
    viewer = getattr(request, "auth", None)
    if not isinstance(viewer, Viewer):
        viewer = viewer_of_user(request.user) if isinstance(request.user, User) else ANYONE
    request.viewer = viewer  # type: ignore[union-attr]  # a note on the request, read back two lines above
    return viewer


def viewer_of_user(user: User) -> Viewer:
    """An account as a viewer: one statement for a citizen, two for staff and firms."""
    has_memberships = Exists(Membership.objects.filter(user=user))
    producer = Producer.objects.filter(user=user).annotate(is_member=has_memberships).first()
    if producer is not None and not producer.is_member:
        return Viewer(user=user, producer=producer)
    memberships = Membership.objects.filter(user=user).select_related("organisation").order_by("pk")
    return Viewer(user=user, producer=producer, memberships=tuple(memberships))


def producer_of(request: Request) -> Producer | None:
    """The producer behind a request that files something: one statement, the memberships are not asked."""
    if isinstance(request.auth, Viewer):
        return None
    return Producer.objects.filter(user=request.user).first() if isinstance(request.user, User) else None
