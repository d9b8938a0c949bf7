"""The reader of events that fills inboxes."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from notifications import news
from notifications.models import InboxItem
from reports.models import Event, Support
from reports.workflow import Visibility


class _Reader(NamedTuple):
    producer_id: int
    user_id: int | None


def fill_inboxes(events: Sequence[Event]) -> None:
    """Tell whoever sent a report, and whoever supports it while it is public; nobody of their own acts.

    Two statements whatever the batch (SQLite takes two hundred rows in one).
    """
    told = [event for event in events if news.topic_of(event)]
    supporters = _supporters([event for event in told if _is_for_supporters(event)])
    items = [
        InboxItem(producer_id=reader.producer_id, event=event, seq=event.seq or 0)
        for event in told
        for reader in _readers(event, supporters)
        if not news.is_own_act(event, *reader)
    ]
    if items:
        InboxItem.objects.bulk_create(items, ignore_conflicts=True)


def _readers(event: Event, supporters: dict[int, list[_Reader]]) -> Iterator[_Reader]:
    yield _Reader(event.report.producer_id, event.report.producer.user_id)
    if _is_for_supporters(event):
        yield from supporters.get(event.report_id, ())


def _is_for_supporters(event: Event) -> bool:
    return event.report.visibility == Visibility.PUBLIC and news.topic_of(event) in news.FOR_SUPPORTERS


def _supporters(events: Sequence[Event]) -> dict[int, list[_Reader]]:
    """Who supports each of these events' reports."""
    found: dict[int, list[_Reader]] = defaultdict(list)
    reports = {event.report_id for event in events if event.report.support_count}
    if reports:
        rows = Support.objects.filter(report__in=reports).order_by("pk")
        for report, *reader in rows.values_list("report", "producer", "producer__user"):
            found[report].append(_Reader(*reader))
    return found
