"""The reader of events that fills inboxes, and empties them of what was erased."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from notifications.models import Fanout, InboxItem, Subscription
from notifications.services import following, reading, telling
from notifications.tasks import spread_news
from reports.models import Event


def fill_inboxes(events: Sequence[Event]) -> None:
    """Tell whoever sent a report, follows it, or watches for it; nobody of their own acts. Rows only."""
    reading.hand_over(events)
    following.keep_up(events)
    if telling.tell(events):
        transaction.on_commit(_nudge, robust=True)


def forget_erased(events: Sequence[Event]) -> None:
    """Of an erased report nobody has news any more, nor follows it, nor is it told any further."""
    erased = {event.report_id for event in events if event.kind == Event.Kind.ERASED}
    if erased:
        InboxItem.objects.filter(event__report__in=erased).delete()
        Subscription.objects.filter(report__in=erased).delete()
        Fanout.objects.filter(event__report__in=erased).delete()


def _nudge() -> None:
    """Wake what tells the many and sends copies; a lost wake-up is found by the sweep."""
    if settings.RELAY_NUDGES:
        spread_news.delay()
