"""What the heart itself does about events: photos are drawn, listeners are told."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from reports import tasks
from reports.models import Event


def queue_photo_work(events: Sequence[Event]) -> None:
    """Start drawing new photos once the batch is committed; a lost wake-up is found by the sweep."""
    codes = [str(event.data["photo"]) for event in events if event.kind == Event.Kind.PHOTO_ADDED]
    if codes and settings.RELAY_NUDGES:
        transaction.on_commit(lambda: [tasks.draw_photo.delay(code) for code in codes])


def tell_listeners(events: Sequence[Event]) -> None:
    """Start telling listeners once the batch is committed."""
    if events and settings.RELAY_NUDGES:
        transaction.on_commit(tasks.announce.delay)
