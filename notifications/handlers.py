"""The reader of events that fills inboxes."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from notifications.services import following, telling
from notifications.tasks import spread_news
from reports.models import Event


def fill_inboxes(events: Sequence[Event]) -> None:
    """Tell whoever sent a report, follows it, or watches for it; nobody of their own acts. Rows only."""
    following.keep_up(events)
    if telling.tell(events):
        transaction.on_commit(_nudge, robust=True)


def _nudge() -> None:
    """Wake what tells the many and sends copies; a lost wake-up is found by the sweep."""
    if settings.RELAY_NUDGES:
        spread_news.delay()
