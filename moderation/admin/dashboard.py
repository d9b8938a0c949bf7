"""The first page of the desk: what waits, each number a way to it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Viewer
from accounts.viewers import viewer_of
from moderation import queries
from moderation.permissions import is_desk
from tickets.models import Ticket, TicketQuerySet
from tickets.workflow import Countersign, Status

MOST = 99


@dataclass(frozen=True)
class Queue:
    """A number and where it leads; above ``MOST`` nobody counts."""

    title: Promise
    icon: str
    url: str
    count: int
    is_more: bool
    is_urgent: bool = False


def add_queues(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the admin's first page is told besides its own."""
    viewer = viewer_of(request)
    return {**context, "desk_queues": _queues(viewer) if is_desk(viewer) or viewer.is_auditor else []}


def _queues(viewer: Viewer) -> list[Queue]:
    tickets: TicketQuerySet = Ticket.objects.visible_to(viewer)
    offered = tickets.filter(status=Status.OFFERED, acknowledge_by__lt=timezone.now())
    to_sign = tickets.filter(countersign=Countersign.ASKED)
    triage, held = (
        reverse("admin:moderation_triagereport_changelist"),
        "admin:moderation_heldreport_changelist",
    )
    late = reverse("admin:tickets_ticket_changelist") + "?late="
    return [
        _queue(_("wait for triage"), "alt_route", triage, queries.triage_queue(viewer), is_urgent=True),
        _queue(_("wait to be screened"), "visibility", reverse(held), queries.screening_queue(viewer)),
        _queue(_("tickets overdue"), "alarm", late + "resolve", tickets.overdue(), is_urgent=True),
        _queue(_("not accepted in time"), "hourglass_bottom", late + "accept", offered, is_urgent=True),
        _queue(_("to countersign"), "verified", late + "sign", to_sign),
    ]


def _queue(title: Promise, icon: str, url: str, rows: QuerySet[Any], *, is_urgent: bool = False) -> Queue:
    found = rows.order_by().values("pk")[: MOST + 1].count()
    return Queue(title, icon, url, min(found, MOST), found > MOST, is_urgent)
