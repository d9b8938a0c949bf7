"""What a reader does with an inbox."""

from django.utils import timezone

from accounts.actors import Viewer
from notifications.models import InboxItem


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
