"""What a reader does with an inbox, and what becomes of it when an account takes a report over."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.actors import Viewer
from notifications.models import Device, InboxItem
from reports.models import Event


def mark_read(viewer: Viewer, *, up_to: int | None = None) -> int:
    """Note the viewer's items as read, up to and with a ``seq`` or all; returns how many were not before."""
    unread = InboxItem.objects.visible_to(viewer).unread()
    if up_to is not None:
        unread = unread.filter(seq__lte=up_to)
    return unread.update(read_at=timezone.now())


def mark_one(viewer: Viewer, seq: int, *, is_read: bool) -> bool:
    """Note one of the viewer's items as read, or as not read; whether there is such an item."""
    items = InboxItem.objects.visible_to(viewer).filter(seq=seq)
    if is_read:
        return items.filter(read_at=None).update(read_at=timezone.now()) > 0 or items.exists()
    return items.update(read_at=None) > 0


def hand_over(events: Sequence[Event]) -> None:
    """Give the news of claimed reports, and the devices that followed them, to whoever claimed them.

    Nothing to do for most batches; five statements for each report that was claimed.
    """
    for event in events:
        if event.kind == Event.Kind.CLAIMED:
            _hand_over(event)


def _hand_over(event: Event) -> None:
    items = InboxItem.objects.filter(
        event__report=event.report_id, why=InboxItem.Why.OWN, producer__user__isnull=True
    )
    left = set(items.exclude(producer=event.report.producer_id).values_list("producer", flat=True))
    has_it = InboxItem.objects.filter(event=OuterRef("event"), producer=event.report.producer_id)
    own = InboxItem.objects.filter(event__report=event.report_id, producer__in=left)
    own.filter(~Exists(has_it)).update(producer=event.report.producer_id)
    Device.objects.filter(producer__in=left).update(producer=event.report.producer_id)
