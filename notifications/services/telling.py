"""From a batch of events to the inboxes: rows only, set by set.

Told are whoever sent the report, whoever follows it or an earlier report of the same matter, and whoever
watches for reports like it. What the public may not read is told to its producer alone. A batch costs the
same few statements whatever it holds; where more than ``MOST`` readers would have to be looked at, a
``Fanout`` row takes their place and a task tells them in chunks.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

from notifications import news, watching
from notifications.models import Copy, Digest, Fanout, InboxItem, Subscription, WatchKey
from notifications.watching import Traits
from reports.models import Assistance, Event, Report
from reports.services.assisting import TO_ASSISTANT
from reports.workflow import Visibility
from routing.services import current_snapshot

MOST = 300
CHUNK = 500
Why = InboxItem.Why
ASSISTED = frozenset({Report.Channel.DESK, Report.Channel.PHONE})
RELATED = (
    "report__category",
    "report__responsible",
    "report__producer",
    "organisation",
    "by_organisation",
    "comment",
)


class Reader(NamedTuple):
    """Somebody to be told, and whether in the inbox alone."""

    producer_id: int
    user_id: int | None
    is_muted: bool = False


class Items:
    """Items about to be written: one for each reader and event, for the first reason that was found."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, int], InboxItem] = {}

    def add(self, event: Event, reader: Reader, why: InboxItem.Why) -> None:
        if news.is_own_act(event, reader.producer_id, reader.user_id):
            return
        item = InboxItem(producer_id=reader.producer_id, event=event, seq=event.seq or 0, why=why)
        item.copied_at = item.created_at if reader.is_muted else None
        known = self._found.setdefault((event.pk, reader.producer_id), item)
        if not reader.is_muted and known.why == why:
            known.copied_at = None

    def write(self) -> int:
        """Write them with one statement; one that is there already stays as it is."""
        if self._found:
            InboxItem.objects.bulk_create(self._found.values(), ignore_conflicts=True)
        return len(self._found)


def tell(events: Sequence[Event]) -> bool:
    """Write the inbox items of a batch; whether there was anything to tell."""
    items, fanouts = Items(), list[Fanout]()
    told = [event for event in events if news.topic_of(event)]
    photos = _photos_of_firms(told)
    for event in told:
        if event.data.get("photo") not in photos:
            items.add(event, _producer_of(event), Why.OWN)
    if assisted := [event for event in told if event.report.channel in ASSISTED]:
        _tell_assistants(assisted, items)
    if shared := [event for event in told if _is_shared(event)]:
        fanouts += _tell_followers(shared, items)
    if watched := [event for event in events if _is_watched(event)]:
        fanouts += _tell_watchers(watched, items)
    written = items.write()
    if fanouts:
        Fanout.objects.bulk_create(fanouts, ignore_conflicts=True)
    return bool(written or fanouts)


@transaction.atomic
def spread() -> int:
    """Tell the next chunk of readers of the oldest large event; 0 when none is left or another is at it."""
    row = Fanout.objects.select_for_update(skip_locked=True).order_by("pk").first()
    if row is None:
        return 0
    event = Event.objects.select_related(*RELATED).get(pk=row.event_id)
    last = _spread_chunk(row, event)
    if last is None:
        row.delete()
    else:
        row.after = last
        row.save(update_fields=["after"])
    return 1


def _spread_chunk(row: Fanout, event: Event) -> int | None:
    """Tell the readers behind ``after``; the last of them, or None at the end. Looks anew who may know."""
    items = Items()
    if row.part == Fanout.Part.FOLLOWERS:
        if not _is_shared(event):
            return None
        heads = _heads([event])
        lines = list(_followers(heads).filter(pk__gt=row.after).order_by("pk")[:CHUNK])
        _add_followers([event], heads, lines, items)
    else:
        if not _is_watched(event):
            return None
        traits = traits_of(event)
        keys = watching.keys_of_report(traits)
        lines = list(_watchers(keys).filter(pk__gt=row.after).order_by("pk").distinct()[:CHUNK])
        for line in lines:
            _add_watcher(event, traits, line, items)
    items.write()
    return lines[-1].pk if lines else None


def _producer_of(event: Event) -> Reader:
    return Reader(event.report.producer_id, event.report.producer.user_id)


def _tell_assistants(events: Sequence[Event], items: Items) -> None:
    """Tell who wrote a report down, where the person wanted that; one statement."""
    reports = {event.report_id for event in events}
    wanted = Assistance.objects.living().filter(report__in=reports, updates_to__in=TO_ASSISTANT)
    found = dict[int, Reader]()
    for report, *reader in wanted.values_list("report", "user__producer", "user"):
        if reader[0] is not None:
            found[report] = Reader(reader[0], reader[1])
    for event in events:
        if event.report_id in found:
            items.add(event, found[event.report_id], Why.ASSISTED)


def _photos_of_firms(told: Sequence[Event]) -> set[str]:
    """The refused photos that prove a firm's work: no news for whoever sent the report."""
    refused = {event.report_id for event in told if event.kind == Event.Kind.PHOTO_REFUSED}
    if not refused:
        return set()
    photos = Report.objects.filter(pk__in=refused, photos__organisation__isnull=False)
    return set(photos.values_list("photos__code", flat=True))


# --- Those who follow the report, or an earlier one of the same matter ---


def _is_shared(event: Event) -> bool:
    return event.report.visibility == Visibility.PUBLIC and news.topic_of(event) in news.FOR_SUPPORTERS


class _Member(NamedTuple):
    report_id: int
    producer: Reader
    is_public: bool


def _heads(events: Sequence[Event]) -> dict[int, list[_Member]]:
    """The reports joined to these events' reports, which hear their news too."""
    found: dict[int, list[_Member]] = {event.report_id: [] for event in events}
    joined = Report.objects.filter(Q(cluster__in=found) | Q(duplicate_of__in=found))
    rows = joined.exclude(visibility=Visibility.ERASED).order_by("pk")
    for row in rows.select_related("producer"):
        reader = Reader(row.producer_id, row.producer.user_id)
        for report_id in {row.cluster_id or 0, row.duplicate_of_id or 0} & set(found) - {row.pk}:
            found[report_id].append(_Member(row.pk, reader, row.visibility == Visibility.PUBLIC))
    return found


def _tell_followers(events: Sequence[Event], items: Items) -> Iterator[Fanout]:
    heads = _heads(events)
    for event in events:
        for member in heads[event.report_id]:
            items.add(event, member.producer, Why.LINKED)
    lines = list(_followers(heads).order_by("pk")[: MOST + 1])
    if len(lines) > MOST:
        yield from (Fanout(event=event, part=Fanout.Part.FOLLOWERS) for event in events)
    else:
        _add_followers(events, heads, lines, items)


def _followers(heads: dict[int, list[_Member]]) -> QuerySet[Subscription]:
    members = {member.report_id for joined in heads.values() for member in joined if member.is_public}
    return Subscription.objects.living().filter(report__in=members | set(heads)).select_related("producer")


def _add_followers(
    events: Sequence[Event],
    heads: dict[int, list[_Member]],
    lines: Iterable[Subscription],
    items: Items,
) -> None:
    of_report: dict[int, list[Subscription]] = defaultdict(list)
    for line in lines:
        of_report[line.report_id or 0].append(line)
    for event in events:
        for line in of_report[event.report_id]:
            items.add(event, _reader(line), Why.FOLLOWED)
        for member in heads[event.report_id]:
            for line in of_report[member.report_id]:
                items.add(event, _reader(line), Why.LINKED)


def _reader(line: Subscription) -> Reader:
    return Reader(line.producer_id, line.producer.user_id, line.is_muted)


# --- Those who watch for reports like it ---


def _is_watched(event: Event) -> bool:
    """Whether this is news for the map: a report that appears, or moves, while everybody may read it."""
    report = event.report
    if report.visibility != Visibility.PUBLIC or report.channel == Report.Channel.IMPORT:
        return False
    return news.appears(event) or event.kind == Event.Kind.STATUS


def traits_of(event: Event) -> Traits:
    """What somebody may watch for, as it is with this event."""
    report, snapshot = event.report, current_snapshot()
    areas: Sequence[str] = ()
    if report.latitude is not None and report.longitude is not None:
        areas = snapshot.areas_at(report.latitude, report.longitude)
    row = snapshot.categories.get(report.category.code)
    return Traits(
        kind=report.kind,
        status=event.data["new"] if event.kind == Event.Kind.STATUS else report.status,
        categories=frozenset(filter(None, (report.category.code, row.parent if row else None))),
        areas=frozenset(areas),
        cell=report.cell,
        latitude=report.latitude,
        longitude=report.longitude,
    )


def _tell_watchers(events: Sequence[Event], items: Items) -> Iterator[Fanout]:
    traits = {event.pk: traits_of(event) for event in events}
    keys = {pk: watching.keys_of_report(found) for pk, found in traits.items()}
    rows = WatchKey.objects.filter(key__in=set[str]().union(*keys.values()))
    rows = rows.select_related("subscription__producer").order_by("subscription")
    found = list(rows[: MOST + 1])
    if len(found) > MOST:
        yield from (Fanout(event=event, part=Fanout.Part.WATCHERS) for event in events)
        return
    under: dict[str, list[Subscription]] = defaultdict(list)
    for row in found:
        under[row.key].append(row.subscription)
    for event in events:
        for line in {line.pk: line for key in keys[event.pk] for line in under.get(key, ())}.values():
            _add_watcher(event, traits[event.pk], line, items)


def _watchers(keys: Iterable[str]) -> QuerySet[Subscription]:
    return Subscription.objects.filter(keys__key__in=keys).select_related("producer")


def _add_watcher(event: Event, traits: Traits, line: Subscription, items: Items) -> None:
    """A watch that names no status hears of reports that appear; one that names some, of these moves."""
    if event.report.producer_id == line.producer_id or not (news.appears(event) or line.statuses):
        return
    if watching.fits(line, traits):
        items.add(event, _reader(line), Why.WATCHED)


def forget_old(*, before: datetime, limit: int = 5000) -> int:
    """Delete inbox items older than this, read or not, and the empty digests left; returns how many items."""
    old = InboxItem.objects.filter(created_at__lt=before).order_by("pk").values_list("pk", flat=True)
    deleted, _of_what = InboxItem.objects.filter(pk__in=list(old[:limit])).delete()
    Digest.objects.filter(created_at__lt=before, lines=None).delete()
    Copy.objects.filter(ended_at__lt=before, item=None, digest=None).delete()
    return deleted
