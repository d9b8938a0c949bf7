"""How long it takes until a report is taken and until it is resolved, by category and organisation.

The figures are Kaplan and Meier's (1958), so reports that are still open count: each stands in the sample for
as long as it has waited, and leaves it today without an end. A category that resolves three reports at once
and lets thirty wait shows no median at all, instead of the three. A report that was declined, redirected,
withdrawn or found to be a duplicate leaves the sample at that moment in the same way. The sample is whatever
was open at some time within the last 180 days; a report that is older enters it with the age it had then
(delayed entry), so an old backlog neither vanishes nor drags in the past.

Hours are those of the clock on the wall, nights and holidays included: what a citizen waits, and not what a
service level counts. Imported reports do not say when they were taken, and reports to the test organisation
say nothing.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Min, OuterRef, Q, Subquery
from django.utils import timezone

from reports.models import Event, Report
from reports.workflow import Status
from routing.measured import FEWEST_CASES, keep
from routing.models import MeasuredTime

WINDOW: Final = timedelta(days=180)
ROWS_AT_ONCE: Final = 2000
# Whoever does one of these has taken the report.
TAKEN: Final = (Event.Kind.TICKET_ACCEPTED, Event.Kind.TICKET_STARTED, Event.Kind.ANSWERED)
# An age before the first moment: in the sample from the beginning.
_BIRTH: Final = -1.0


@dataclass(slots=True)
class Sample:
    """Spans of hours since arrival: when each came under observation, when it left, whether by its end."""

    entries: "array[float]" = field(default_factory=lambda: array("d"))
    exits: "array[float]" = field(default_factory=lambda: array("d"))
    ends: "array[float]" = field(default_factory=lambda: array("d"))
    open_cases: int = 0

    def add(self, entry: float, leave: float, *, is_end: bool, is_open: bool) -> None:
        """Add one span; one that was over before it was looked at says nothing."""
        if leave <= entry:
            return
        self.entries.append(entry)
        self.exits.append(leave)
        self.open_cases += is_open
        if is_end:
            self.ends.append(leave)

    def hours_until(self, *shares: float) -> list[float | None]:
        """Return by which hour each share of the reports has ended; None if so many are not known to end."""
        entries, exits = sorted(self.entries), sorted(self.exits)
        found: dict[float, float] = {}
        left = 1.0
        for hour, count in _counted(sorted(self.ends)):
            at_risk = bisect_left(entries, hour) - bisect_left(exits, hour)
            left *= 1 - count / at_risk
            for share in shares:
                if left <= 1 - share + 1e-9:
                    found.setdefault(share, hour)
        return [found.get(share) for share in shares]


Samples = dict[tuple[int, int | None], Sample]


def measure_times() -> int:
    """Measure anew from all reports of the last 180 days; returns how many figures were kept.

    One statement for each phase reads a row per report, and memory holds three numbers of each; two more
    put the new figures in the place of the old.
    """
    now = timezone.now()
    rows: list[MeasuredTime] = []
    for phase, samples in (
        (MeasuredTime.Phase.RESOLVE, _until_resolved(now)),
        (MeasuredTime.Phase.ACKNOWLEDGE, _until_taken(now)),
    ):
        rows += [
            _row(key, str(phase), sample, now)
            for key, sample in samples.items()
            if len(sample.ends) >= FEWEST_CASES
        ]
    return keep(rows)


def _until_resolved(now: datetime) -> Samples:
    samples: Samples = {}
    for category, organisation, created, status, closed in _sampled(now).iterator(ROWS_AT_ONCE):
        is_end = status == Status.RESOLVED
        _add(samples, category, organisation, created, closed or now, now, is_end=is_end, is_open=not closed)
    return samples


def _until_taken(now: datetime) -> Samples:
    taken = Event.objects.filter(report=OuterRef("pk"), kind__in=TAKEN).order_by().values("report")
    first = Subquery(taken.annotate(first=Min("at")).values("first"))
    reports = _sampled(now).exclude(channel=Report.Channel.IMPORT).annotate(taken_at=first)
    samples: Samples = {}
    for category, organisation, created, status, closed, at in reports.values_list(
        *COLUMNS, "taken_at"
    ).iterator(ROWS_AT_ONCE):
        moment = at or closed or now
        is_end = at is not None or status == Status.RESOLVED
        is_open = at is None and not closed
        _add(samples, category, organisation, created, moment, now, is_end=is_end, is_open=is_open)
    return samples


COLUMNS: Final = ("category_id", "responsible_id", "created_at", "status", "resolved_at")


def _sampled(now: datetime) -> Any:
    """Return what was open at some time within the window, as rows of ``COLUMNS``."""
    within = Q(resolved_at=None) | Q(resolved_at__gt=now - WINDOW)
    return Report.objects.filter(within, created_at__lt=now, is_sandbox=False).values_list(*COLUMNS)


def _add(
    samples: Samples,
    category: int,
    organisation: int | None,
    created: datetime,
    moment: datetime,
    now: datetime,
    **what: bool,
) -> None:
    begun = now - WINDOW
    entry = _hours(begun - created) if created < begun else _BIRTH
    leave = max(0.0, _hours(moment - created))
    for key in {(category, None), (category, organisation)}:
        samples.setdefault(key, Sample()).add(entry, leave, **what)


def _row(key: tuple[int, int | None], phase: str, sample: Sample, now: datetime) -> MeasuredTime:
    median, p90 = (None if hours is None else round(hours, 1) for hours in sample.hours_until(0.5, 0.9))
    return MeasuredTime(
        category_id=key[0],
        organisation_id=key[1],
        phase=phase,
        cases=len(sample.ends),
        open_cases=sample.open_cases,
        median_hours=median,
        p90_hours=p90,
        measured_at=now,
    )


def _counted(hours: list[float]) -> Iterator[tuple[float, int]]:
    """Yield each hour once, with how often it comes; the list is sorted."""
    start = 0
    for index in range(1, len(hours) + 1):
        if index == len(hours) or hours[index] != hours[start]:
            yield hours[start], index - start
            start = index


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600
