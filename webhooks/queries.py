"""What a keeper reads."""

from django.db.models import Prefetch, QuerySet

from accounts.actors import Viewer
from webhooks.models import Attempt, Delivery, Endpoint


def endpoints_for(viewer: Viewer) -> QuerySet[Endpoint]:
    """The endpoints this viewer looks after, newest first."""
    return Endpoint.objects.visible_to(viewer).select_related("organisation").order_by("-created_at", "-pk")


def deliveries_for(viewer: Viewer) -> QuerySet[Delivery]:
    """What these endpoints are and were owed, newest first, each with its tries: two statements."""
    own = Delivery.objects.filter(endpoint__in=Endpoint.objects.visible_to(viewer))
    return own.prefetch_related(tries()).order_by("-created_at", "-pk")


def tries() -> Prefetch[str]:
    """The tries of deliveries in their order."""
    return Prefetch("attempts", Attempt.objects.order_by("at", "pk"))
