"""Whose turn it is: which deliveries may go out now, in what order, and fairly between endpoints.

What an endpoint is owed of one report is a line, and only the front of a line may go out. What stands behind
a front that waits for its next try waits as long. The cost depends on what may go out, not on how much is
waiting.
"""

import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, zip_longest
from typing import NamedTuple, Protocol

from django.db.models import Exists, OuterRef, Q

from webhooks.models import Delivery, Endpoint

# How many deliveries one thread takes at once when there is much to do.
LONGEST_ERRAND = 16
# As long as no more than this is due, one look is enough; beyond it each endpoint is looked at by itself.
LOOK_AHEAD = 400
LOOK_AHEAD_EACH = 100


class Place(NamedTuple):
    key: int
    due_at: datetime
    state: str


# Which endpoint and which report, and what is open there, in order.
LineOf = tuple[int, str]
Line = list[Place]
# Keys of one line to send one after the other; an errand has the runs of several lines for one thread.
Run = list[int]
Errand = list[Run]


class Rooms(Protocol):
    """What the threads that post have room for."""

    @property
    def full(self) -> Collection[int]:
        """Endpoints that may have nothing more now."""

    def room(self, endpoint: int, is_failing: bool) -> int:
        """How many errands more an endpoint may have."""


@dataclass(frozen=True)
class Turns:
    """What may go out, and what need not be looked at before a certain moment."""

    errands: list[Errand]
    put_off: list[tuple[datetime, list[int]]]


def next_turns(slots: int, *, now: datetime, rooms: Rooms) -> Turns:
    """The first errand of every endpoint, then the second of every one, and so on, ``slots`` at most."""
    failing = {}
    due: list[LineOf] = []
    for endpoint, stream, failing_since in _due(now, rooms.full):
        failing[endpoint] = failing_since is not None
        due.append((endpoint, stream))
    lines = _lines(due)
    runs: dict[int, list[Run]] = {endpoint: [] for endpoint in failing}
    for (endpoint, _), line in lines.items():
        if run := _front(line, now):
            runs[endpoint].append(run)
    shares = [_shared(runs[key], rooms.room(key, is_bad), is_bad) for key, is_bad in failing.items()]
    fair = [errand for errand in chain.from_iterable(zip_longest(*shares)) if errand]
    return Turns(fair[:slots], list(_put_off(lines.values(), now)))


def _due(now: datetime, full: Collection[int]) -> Iterable[tuple[int, str, datetime | None]]:
    """What is due at endpoints that take it: (endpoint, stream, failing since), the longest waiting first."""
    takes_it = Q(endpoint__not_before=None) | Q(endpoint__not_before__lte=now)
    due = Delivery.objects.due(now).filter(takes_it, endpoint__is_enabled=True).exclude(endpoint__in=full)
    rows = due.order_by("due_at", "position").values_list("endpoint", "stream", "endpoint__failing_since")
    found = list(rows[:LOOK_AHEAD])
    if len(found) < LOOK_AHEAD:
        return found
    is_owed = Exists(Delivery.objects.due(now).filter(endpoint=OuterRef("pk")))
    owed = Endpoint.objects.enabled().filter(is_owed).exclude(pk__in=full)
    endpoints = list(owed.values_list("pk", flat=True))
    random.shuffle(endpoints)
    return chain.from_iterable(rows.filter(endpoint=endpoint)[:LOOK_AHEAD_EACH] for endpoint in endpoints)


def _lines(wanted: Iterable[LineOf]) -> dict[LineOf, Line]:
    """These lines, each with everything that is open in it."""
    lines: dict[LineOf, Line] = {key: [] for key in wanted}
    places = Delivery.objects.open().filter(
        endpoint__in={endpoint for endpoint, _ in lines}, stream__in={stream for _, stream in lines}
    )
    rows = places.order_by("position", "pk").values_list("endpoint", "stream", "pk", "due_at", "state")
    for endpoint, stream, key, due_at, state in rows:
        if (endpoint, stream) in lines:
            lines[endpoint, stream].append(Place(key, due_at, state))
    return lines


def _front(line: Line, now: datetime) -> Run:
    """The front of a line, up to the first that is not due."""
    keys: Run = []
    for place in line[:LONGEST_ERRAND]:
        if place.due_at > now:
            break
        keys.append(place.key)
    return keys


def _shared(runs: list[Run], room: int, is_failing: bool) -> list[Errand]:
    """The runs of one endpoint as errands, evenly; a failing endpoint is tried with a single delivery."""
    if room <= 0 or not runs:
        return []
    if is_failing:
        return [[runs[0][:1]]]
    return [_cut(runs[share::room]) for share in range(min(room, len(runs)))]


def _cut(runs: list[Run]) -> Errand:
    """As many of the runs as one thread may take."""
    errand: Errand = []
    for run in runs:
        if errand and sum(map(len, errand)) + len(run) > LONGEST_ERRAND:
            break
        errand.append(run)
    return errand


def _put_off(lines: Iterable[Line], now: datetime) -> Iterable[tuple[datetime, list[int]]]:
    """What is due behind a front that waits for its next try."""
    for line in lines:
        if line and line[0].due_at > now and line[0].state == Delivery.State.PENDING:
            yield line[0].due_at, [place.key for place in line[1:] if place.due_at <= now]
