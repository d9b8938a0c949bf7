"""People follow: on their own wish, and by supporting or commenting."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef

from accounts.models import Producer
from notifications import watching
from notifications.errors import TooManySubscriptions
from notifications.models import Subscription, WatchKey
from notifications.models.following import MOST_AREAS, MOST_FILTERS
from reports.models import Event, Report, Support

Kind = Subscription.Kind
Origin = Subscription.Origin
SUPPORTED, UNSUPPORTED = Event.Kind.SUPPORTED, Event.Kind.UNSUPPORTED
FROM_SUPPORT = (Origin.SUPPORT, Origin.LEFT)
MOST = {Kind.AREA: MOST_AREAS, Kind.FILTER: MOST_FILTERS}
# What decides where a watch stands in the index.
TRAITS = ("latitude", "longitude", "radius_m", "polygon", "bbox", "area_code", "category_codes")


def keep_up(events: Sequence[Event]) -> None:
    """Let supporters and commenters follow, and those who took their support back no more.

    At most five statements whatever the batch, and none when nobody spoke. Whoever left stays away, until
    they support anew.
    """
    of_kind = {kind: {e.report_id for e in events if e.kind == kind} for kind in (SUPPORTED, UNSUPPORTED)}
    if of_kind[UNSUPPORTED]:
        gone = Subscription.objects.filter(report__in=of_kind[UNSUPPORTED], origin__in=FROM_SUPPORT)
        gone.filter(~Exists(_same(Support))).delete()
    lines = [_automatic(e.report_id, who, Origin.COMMENT) for e in events if (who := _speaker(e))]
    if of_kind[SUPPORTED]:
        new = Support.objects.filter(report__in=of_kind[SUPPORTED]).filter(~Exists(_same(Subscription)))
        pairs = new.order_by("pk").values_list("report", "producer")
        lines += [_automatic(report, producer, Origin.SUPPORT) for report, producer in pairs]
    if lines:
        Subscription.objects.bulk_create(lines, ignore_conflicts=True)


@transaction.atomic
def follow(producer: Producer, report: Report, *, is_muted: bool = False) -> tuple[Subscription, bool]:
    """Follow a report; twice is once, and asked for once it no longer goes with the support."""
    wanted = {"kind": Kind.REPORT, "origin": Origin.CHOSEN, "is_muted": is_muted}
    line, is_new = Subscription.objects.get_or_create(producer=producer, report=report, defaults=wanted)
    if not is_new:
        Subscription.objects.filter(pk=line.pk).update(
            origin=Origin.CHOSEN, is_muted=is_muted, version=F("version") + 1
        )
        line.refresh_from_db()
    return line, is_new


def watch(producer: Producer, kind: Subscription.Kind, **traits: Any) -> Subscription:
    """Watch an area, or keep a filter. Raises TooManySubscriptions; the database counts the slots."""
    for _try in range(3):
        slot = _free_slot(producer, kind)
        try:
            return _watch(producer, kind=kind, slot=slot, **traits)
        except IntegrityError:
            continue  # another phone of this person took the slot just now
    raise TooManySubscriptions(MOST[kind])


@transaction.atomic
def change(line: Subscription, **changes: Any) -> Subscription:
    """Change a subscription, and where it stands in the index."""
    line = Subscription.objects.select_for_update().get(pk=line.pk)
    for name, value in changes.items():
        setattr(line, name, value)
    line.version += 1
    line.save(update_fields=[*changes, "version"])
    if line.kind != Kind.REPORT and set(changes) & set(TRAITS):
        line.keys.all().delete()
        _index(line)
    return line


@transaction.atomic
def leave(line: Subscription) -> None:
    """Stop following. Of a report it is remembered, else the next support or comment brought it back."""
    if line.kind == Kind.REPORT:
        Subscription.objects.filter(pk=line.pk).update(origin=Origin.LEFT, version=F("version") + 1)
    else:
        line.delete()


@transaction.atomic
def _watch(producer: Producer, **fields: Any) -> Subscription:
    line = Subscription.objects.create(producer=producer, **fields)
    _index(line)
    return line


def _index(line: Subscription) -> None:
    keys = sorted(watching.keys_of_watch(line))
    WatchKey.objects.bulk_create([WatchKey(key=key, subscription=line) for key in keys])


def _free_slot(producer: Producer, kind: Subscription.Kind) -> int:
    taken = set(Subscription.objects.filter(producer=producer, kind=kind).values_list("slot", flat=True))
    free = [slot for slot in range(MOST[kind]) if slot not in taken]
    if not free:
        raise TooManySubscriptions(MOST[kind])
    return free[0]


def _same(model: type[Support] | type[Subscription]) -> Any:
    return model.objects.filter(report=OuterRef("report"), producer=OuterRef("producer"))


def _speaker(event: Event) -> int | None:
    """Who commented a report, unless it is whoever sent it."""
    if event.kind != Event.Kind.COMMENTED or event.comment is None:
        return None
    who = event.comment.producer_id
    return None if who == event.report.producer_id else who


def _automatic(report_id: int, producer_id: int, origin: Subscription.Origin) -> Subscription:
    return Subscription(kind=Kind.REPORT, report_id=report_id, producer_id=producer_id, origin=origin)
