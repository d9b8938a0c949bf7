"""Live updates: who hears of an event, and telling them.

Groups: ``report.<code>.public`` and ``.inner`` (its timeline, as outsiders and insiders read it),
``cell.<h3>`` at two resolutions (public events of public reports on a map),
``organisation.<code>`` (its queue).
A listener may hear an event twice and never misses one: it resumes by ``seq``.
"""

import secrets
from collections.abc import Iterator, Sequence
from math import cos, radians
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.core.cache import cache
from django.db import transaction

from accounts.actors import ANYONE, Viewer
from accounts.codes import hash_secret
from accounts.models import Producer, User
from accounts.viewers import viewer_of_user
from reports.models import Event, ReaderCursor, Recipient
from reports.workflow import Visibility
from routing.cells import cells_touching, name_of, parent

READER = "live"
BATCH = 500
CELL_RESOLUTIONS = (7, 5)
CELL_SQUARE_KM = {7: 5.2, 5: 253.0}
SQUARE_KM_PER_DEGREE = 111.2**2
MOST_CELLS = 150
PASS_S = 60

Message = dict[str, Any]


def announce_all() -> int:
    """Tell the listeners of every event since the last time; returns how many events."""
    told = 0
    while step := announce():
        told += step
    return told


def announce() -> int:
    """Tell the listeners of the next events since the last time, in order of ``seq``; returns how many.

    One announcer at a time; another returns 0 at once. Takes no lock when there is nothing to tell.
    """
    cursor, _ = ReaderCursor.objects.get_or_create(name=READER)
    if not Event.objects.filter(seq__gt=cursor.seq).exists():
        return 0
    with transaction.atomic():
        mine = ReaderCursor.objects.select_for_update(skip_locked=True).filter(pk=cursor.pk).first()
        if mine is None:
            return 0
        related = ("report__category", "organisation", "by_organisation", "comment")
        events = list(Event.objects.filter(seq__gt=mine.seq).select_related(*related).order_by("seq")[:BATCH])
        if not events:
            return 0
        async_to_sync(_send)(list(_messages(events)))
        mine.seq = events[-1].seq or mine.seq
        mine.save(update_fields=["seq"])
    return len(events)


def cell_groups(west: float, south: float, east: float, north: float) -> list[str]:
    """The groups that cover a box, at the finest resolution that needs few enough; [] for too large a box."""
    square_km = (east - west) * (north - south) * SQUARE_KM_PER_DEGREE * cos(radians((south + north) / 2))
    for resolution in CELL_RESOLUTIONS:
        if square_km > 2 * MOST_CELLS * CELL_SQUARE_KM[resolution]:
            continue  # only to cut such a box into cells would take seconds
        cells = cells_touching(west, south, east, north, resolution)
        if len(cells) <= MOST_CELLS:
            return [f"cell.{name_of(cell)}" for cell in sorted(cells)]
    return []


def line_of(event: Event, *, is_inner: bool) -> Message:
    """An event as a line of the live timeline, the same as the API's."""
    comment = event.comment
    readable = comment is not None and (comment.is_public or is_inner)
    return {
        "seq": event.seq,
        "kind": str(event.kind),
        "at": event.at.isoformat(),
        "by": str(event.by_kind),
        "by_organisation": event.by_organisation.code if event.by_organisation else None,
        "organisation": event.organisation.code if event.organisation else None,
        "data": event.data,
        "text": comment.text if comment is not None and readable else None,
    }


def issue_pass(viewer: Viewer) -> str:
    """A word that opens one live connection as this viewer, within a minute."""
    word = secrets.token_urlsafe(24)
    user_id = viewer.user.pk if viewer.user else None
    producer_id = viewer.producer.pk if viewer.producer else None
    cache.set(f"live:{hash_secret(word)}", (user_id, producer_id, viewer.report_code), PASS_S)
    return word


def redeem_pass(word: str) -> Viewer | None:
    """The viewer of a pass, once; None for a pass that is unknown, used or too old."""
    key = f"live:{hash_secret(word)}"
    known = cache.get(key)
    if known is None or not cache.delete(key):
        return None
    user_id, producer_id, report_code = known
    if user_id is not None:
        user = User.objects.filter(pk=user_id, is_active=True).first()
        return viewer_of_user(user) if user else None
    producer = Producer.objects.filter(pk=producer_id).first() if producer_id else None
    return Viewer(producer=producer, report_code=report_code) if producer else ANYONE


def _messages(events: Sequence[Event]) -> Iterator[tuple[str, Message]]:
    queues = _queues(events)
    for event in events:
        report = event.report
        line = {"type": "tell", "line": line_of(event, is_inner=True)}
        yield f"report.{report.code}.inner", line
        brief = {"type": "tell", "line": brief_of(event)}
        for organisation in queues.get(report.pk, ()):
            yield f"organisation.{organisation}", brief
        if report.visibility != Visibility.PUBLIC or not event.is_public:
            continue
        yield f"report.{report.code}.public", {"type": "tell", "line": line_of(event, is_inner=False)}
        if report.cell is not None:
            for resolution in CELL_RESOLUTIONS:
                yield f"cell.{name_of(parent(report.cell, resolution))}", brief


def brief_of(event: Event) -> Message:
    """An event as a map or a queue needs it."""
    report = event.report
    return {
        "seq": event.seq,
        "kind": str(event.kind),
        "at": event.at.isoformat(),
        "report": report.code,
        "reference": report.reference,
        "category": report.category.code,
        "is_hazard": report.category.is_hazard,
        "status": report.status,
        "resolve_by": report.resolve_by.isoformat() if report.resolve_by else None,
        "latitude": report.latitude,
        "longitude": report.longitude,
    }


def _queues(events: Sequence[Event]) -> dict[int, set[str]]:
    """By report, the organisations whose queue shows it; ``triage`` is the steering bureau's."""
    queues: dict[int, set[str]] = {}
    reports = {event.report_id for event in events}
    given = Recipient.objects.filter(report__in=reports, is_active=True).values_list(
        "report", "organisation__code"
    )
    for report_id, code in given:
        queues.setdefault(report_id, set()).add(code)
    for event in events:
        if event.report.triage_reason:
            queues.setdefault(event.report_id, set()).add("triage")
    return queues


async def _send(messages: list[tuple[str, Message]]) -> None:
    layer: Any = get_channel_layer()
    for group, message in messages:
        await layer.group_send(group, message)
