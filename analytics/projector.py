"""From events to rows of the lake, each exactly once.

The Delta table says how far events were read, in the same commit as the rows: a projector that dies between
that commit and its own cursor goes on after it, and of two at once Delta refuses one.

A build has an id and a salt of its own. A new one is written beside the table that is being read and put in
its place by one commit, so that nobody reads half of it.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import Consent
from analytics import lake
from analytics.arrow import rows_of
from analytics.contributions import SOURCE
from analytics.errors import Overtaken
from analytics.models import ProjectionCursor
from reports.models import Event
from reports.workflow import Visibility

logger = logging.getLogger(__name__)

BATCH = 5000
PURPOSE = Consent.Purpose.SERVICE_DESIGN


def project() -> int:
    """Write what was sequenced since the last time; returns how many events were read.

    A table that another database wrote is replaced by a new build. Returns at once when another projector
    is at work: that one sees everything.
    """
    pending = _pending()
    if pending is not None and _is_placed(pending):
        _finish(pending)
    cursor, _ = ProjectionCursor.objects.get_or_create(name=lake.CONTRIBUTIONS)
    table = lake.open_table()
    if table is not None and lake.position(table, cursor.code) is None:
        return rebuild()
    try:
        return _catch_up(cursor, table)
    except Overtaken:
        logger.info("Another projector wrote first; it goes on alone.")
        return 0


def rebuild() -> int:
    """Write the whole lake anew, with a new salt and without what may no longer be used; returns events read.

    Goes on with a build that a dead process left half done.
    """
    build = _pending() or _new_build()
    try:
        count = _catch_up(build, lake.open_table(build.name))
        if not _is_placed(build):
            _place(build)
    except Overtaken:
        logger.info("Another projector wrote first; it goes on alone.")
        return 0
    _finish(build)
    return count


def is_rebuild_due() -> bool:
    """Whether a consent was withdrawn since the present build began, or a build was left half done."""
    build = ProjectionCursor.objects.filter(name=lake.CONTRIBUTIONS).first()
    withdrawn = Consent.objects.filter(purpose=PURPOSE, withdrawn_at__isnull=False)
    if build is None:
        return False
    return _pending() is not None or withdrawn.filter(withdrawn_at__gte=build.started_at).exists()


def forget(report_code: str) -> int:
    """Erase a report from the lake and from every build under way; returns the number of rows."""
    tables = {lake.CONTRIBUTIONS, *ProjectionCursor.objects.values_list("name", flat=True)}
    seqs = _seqs_of({report_code})
    return sum(lake.forget(seqs, name) for name in sorted(tables))


def _catch_up(cursor: ProjectionCursor, table: lake.Table | None) -> int:
    table = table if table is not None else lake.create(cursor.name, rows_of([], cursor.salt), cursor.code)
    seq, count = lake.position(table, cursor.code) or 0, 0
    while events := _events_after(seq):
        lake.forget(_seqs_of(_erased(events)), cursor.name)
        table.update_incremental()
        seq = events[-1]["seq"]
        lake.append(table, rows_of(_usable(events), cursor.salt), cursor.code, seq)
        count += len(events)
        _save(cursor, seq)
    if cursor.seq != seq:
        _save(cursor, seq)
    return count


def _events_after(seq: int) -> Sequence[Mapping[str, Any]]:
    return list(Event.objects.filter(seq__gt=seq).order_by("seq").values(*SOURCE)[:BATCH])


def _erased(events: Iterable[Mapping[str, Any]]) -> set[str]:
    return {event["report__code"] for event in events if event["kind"] == Event.Kind.ERASED}


def _seqs_of(reports: set[str]) -> list[int]:
    if not reports:
        return []
    seqs = Event.objects.filter(report__code__in=reports).values_list("seq", flat=True)
    return [seq for seq in seqs if seq is not None]


def _usable(events: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Without erased reports, tests, and producers who withdrew their consent to this use."""
    withdrawn = _withdrawn({event["report__producer_id"] for event in events})
    return [
        event
        for event in events
        if event["report__visibility"] != Visibility.ERASED
        and not event["report__is_sandbox"]
        and event["report__producer_id"] not in withdrawn
    ]


def _withdrawn(producers: set[int]) -> set[int]:
    """Those who gave this consent once and hold none now."""
    given = Consent.objects.filter(producer__in=producers, purpose=PURPOSE).order_by().values("producer")
    live = Count("pk", filter=Q(withdrawn_at__isnull=True))
    return set(given.annotate(live=live).filter(live=0).values_list("producer", flat=True))


def _save(cursor: ProjectionCursor, seq: int) -> None:
    cursor.seq = seq
    cursor.moved_at = timezone.now()
    cursor.save(update_fields=["seq", "moved_at"])


def _pending() -> ProjectionCursor | None:
    return ProjectionCursor.objects.exclude(name=lake.CONTRIBUTIONS).first()


def _new_build() -> ProjectionCursor:
    build = ProjectionCursor()
    build.name = f"{lake.CONTRIBUTIONS}_{build.code}"
    build.save(force_insert=True)
    return build


def _is_placed(build: ProjectionCursor) -> bool:
    table = lake.open_table()
    return table is not None and lake.position(table, build.code) is not None


def _place(build: ProjectionCursor) -> None:
    """Put the build's rows where readers look."""
    staged = lake.open_table(build.name)
    if staged is not None:
        lake.replace(lake.CONTRIBUTIONS, staged, build.code, lake.position(staged, build.code) or 0)


def _finish(build: ProjectionCursor) -> None:
    """Tell the database that the build is in its place; what it was staged in goes."""
    staging = build.name
    with transaction.atomic():
        ProjectionCursor.objects.filter(name=lake.CONTRIBUTIONS).delete()
        build.name = lake.CONTRIBUTIONS
        build.save(update_fields=["name"])
    lake.drop(staging)
