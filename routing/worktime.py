"""Working time: when a clock that counts only working hours comes to its end.

A :class:`WorkCalendar` says when people work: hours by weekday, in a timezone, without the public holidays
of a country (the ``holidays`` package knows them, and the weekend days that are worked in exchange for a
long holiday), and with single days that are off, or on, by the organisation's own decision.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays

Spans = tuple[tuple[time, time], ...]
_LONGEST_SEARCH_DAYS = 3660


class NoWorkingTime(ValueError):
    """The calendar has no working time left to count on: ten years ahead hold too few hours."""


@dataclass(frozen=True)
class WorkCalendar:
    """When an organisation works.

    ``hours`` maps a weekday (0 is Monday) to its spans, in order and not overlapping; a span that ends at
    00:00 ends at the day's end. ``country`` and ``subdivision`` are ISO 3166 codes as the ``holidays``
    package takes them, empty for no public holidays. A day in ``extra_on`` has the hours of the first
    weekday that has any, whatever day it is; a day in ``extra_off`` has none and wins over all.
    """

    code: str
    timezone: str
    hours: Mapping[int, Spans]
    country: str = ""
    subdivision: str = ""
    extra_off: frozenset[date] = field(default_factory=frozenset)
    extra_on: frozenset[date] = field(default_factory=frozenset)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The timezone as an object."""
        return ZoneInfo(self.timezone)

    @cached_property
    def _public_holidays(self) -> holidays.HolidayBase | None:
        if not self.country:
            return None
        return holidays.country_holidays(self.country, subdiv=self.subdivision or None)

    @cached_property
    def _ordinary_hours(self) -> Spans:
        return next((spans for _, spans in sorted(self.hours.items()) if spans), ())

    @cached_property
    def _known_days(self) -> dict[date, tuple[tuple[datetime, datetime], ...]]:
        return {}

    def hours_on(self, day: date) -> Spans:
        """Return the working spans of ``day`` in local time; none on a day that is free."""
        if day in self.extra_off:
            return ()
        if day in self.extra_on:
            return self._ordinary_hours
        public = self._public_holidays
        if public is not None and day in public:
            return ()
        if public is not None and day in public.weekend_workdays:
            return self._ordinary_hours
        return self.hours.get(day.weekday(), ())

    def spans_on(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return the working spans of ``day`` as moments in UTC, earliest first."""
        if day not in self._known_days:
            self._known_days[day] = tuple(self._moments(day, *span) for span in self.hours_on(day))
        return self._known_days[day]

    def _moments(self, day: date, start: time, end: time) -> tuple[datetime, datetime]:
        last_day = day + timedelta(days=1) if end == time(0) else day
        return (
            datetime.combine(day, start, self.zone).astimezone(UTC),
            datetime.combine(last_day, end, self.zone).astimezone(UTC),
        )


def add_working_hours(start: datetime, hours: float, calendar: WorkCalendar | None) -> datetime:
    """Return the moment at which ``hours`` working hours have passed since ``start``.

    ``start`` is an aware moment; the answer is in UTC. Without a calendar every hour counts. No hours at
    all give ``start`` itself, also at night. A clock that runs out at closing time ends then, not the next
    morning. Raises NoWorkingTime if the calendar's next ten years hold fewer hours than asked.
    """
    left = timedelta(hours=hours)
    moment = start.astimezone(UTC)
    if calendar is None or left <= timedelta(0):
        return moment + max(left, timedelta(0))
    for opens, closes in _spans_after(moment, calendar):
        begin = max(opens, moment)
        if begin + left <= closes:
            return begin + left
        left -= closes - begin
    raise NoWorkingTime(
        f"The calendar {calendar.code!r} has no {hours} working hours after {start:%Y-%m-%d}."
    )


def working_seconds(start: datetime, end: datetime, calendar: WorkCalendar | None) -> float:
    """Return how many working seconds lie between two aware moments; none if they are in the wrong order."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if calendar is None:
        return max(0.0, (end - start).total_seconds())
    seconds = 0.0
    for opens, closes in _spans_after(start, calendar):
        if opens >= end:
            break
        seconds += (min(closes, end) - max(opens, start)).total_seconds()
    return seconds


def opens_at(moment: datetime, calendar: WorkCalendar) -> datetime | None:
    """Return when work goes on after an aware moment at which the calendar is closed, in UTC.

    None while it is open. Raises NoWorkingTime if it does not open within ten years.
    """
    for opens, _ in _spans_after(moment, calendar):
        return opens if opens > moment else None
    raise NoWorkingTime(f"The calendar {calendar.code!r} does not open after {moment:%Y-%m-%d}.")


def _spans_after(moment: datetime, calendar: WorkCalendar) -> Iterator[tuple[datetime, datetime]]:
    """Yield the working spans that end after ``moment``, for ten years."""
    first_day = moment.astimezone(calendar.zone).date()
    for number in range(_LONGEST_SEARCH_DAYS):
        for opens, closes in calendar.spans_on(first_day + timedelta(days=number)):
            if closes > moment:
                yield opens, closes
