"""What the heart itself does about events: photos are drawn, listeners are told."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from reports import tasks
from reports.models import Event
from reports.search import keeping

DRAWN_AFTER = frozenset({Event.Kind.PHOTO_ADDED, Event.Kind.PHOTO_CORRECTED})


def queue_photo_work(events: Sequence[Event]) -> None:
    """Start drawing photos once the batch is committed; a lost wake-up is found by the sweep."""
    if settings.RELAY_NUDGES and any(event.kind in DRAWN_AFTER for event in events):
        transaction.on_commit(tasks.draw_photos.delay)


def tell_listeners(events: Sequence[Event]) -> None:
    """Start telling listeners once the batch is committed."""
    if events and settings.RELAY_NUDGES:
        transaction.on_commit(tasks.announce.delay)


# What changes the words by which a report is found, or whether it is.
_OF_WORDS = frozenset(
    {
        Event.Kind.SUBMITTED,
        Event.Kind.ROUTED,
        Event.Kind.VISIBILITY,
        Event.Kind.EDITED,
        Event.Kind.ERASED,
        Event.Kind.COMMENTED,
        Event.Kind.ANSWERED,
    }
)


def index_words(events: Sequence[Event]) -> None:
    """Write anew the words of reports that say something else, or are seen by others, than before."""
    changed = {event.report_id for event in events if event.kind in _OF_WORDS or event.comment_id}
    if changed:
        keeping.index(changed)
    if any(event.kind == Event.Kind.ERASED for event in events):
        keeping.forget_removed()
