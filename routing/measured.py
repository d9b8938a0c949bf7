"""How long things took lately, as the reports floor measured it: kept in the database, held in memory."""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction

from routing.models import MeasuredTime

LOOK_EVERY_S: Final = 60.0
# Of fewer cases nothing is said: "not available" is better than chance.
FEWEST_CASES: Final = 5

COLUMNS: Final = (
    "category__code",
    "organisation__code",
    "phase",
    "cases",
    "open_cases",
    "median_hours",
    "p90_hours",
    "measured_at",
)

# Category code, organisation code (None: all), phase.
Key = tuple[str, str | None, str]


@dataclass(frozen=True, slots=True)
class Measure:
    """How many hours passed, nights included. ``p90_hours`` is None where too few are known to have ended."""

    cases: int
    open_cases: int
    median_hours: float | None
    p90_hours: float | None


@dataclass(frozen=True)
class MeasuredTimes:
    """All that was measured, and when; None if nothing ever was."""

    times: Mapping[Key, Measure] = field(default_factory=dict)
    measured_at: datetime | None = None

    def of(self, category: str, organisation: str | None, phase: str) -> tuple[Measure, bool] | None:
        """Return what was measured with an organisation (and True), or else with all; None if nothing was."""
        if organisation and (own := self.times.get((category, organisation, phase))):
            return own, True
        found = self.times.get((category, None, phase))
        return None if found is None else (found, False)


class _Held:
    """What this process holds, and since when."""

    times: MeasuredTimes | None = None
    looked_at = float("-inf")
    lock = threading.Lock()


def measured_times() -> MeasuredTimes:
    """Return what was measured last; one statement at most once a minute."""
    held = _Held.times
    if held is not None and time.monotonic() - _Held.looked_at < LOOK_EVERY_S:
        return held
    with _Held.lock:
        _Held.times, _Held.looked_at = _read(), time.monotonic()
        return _Held.times


def held_times() -> MeasuredTimes:
    """Return what this process knows already, for whoever may not ask; nothing before the first question."""
    return _Held.times or MeasuredTimes()


def forget() -> None:
    """Look at the database again at the next question."""
    _Held.times, _Held.looked_at = None, float("-inf")


@transaction.atomic
def keep(rows: Iterable[MeasuredTime]) -> int:
    """Put a new measurement in the place of the old one; returns of how many rows it is."""
    MeasuredTime.objects.all().delete()
    kept = MeasuredTime.objects.bulk_create(rows)
    transaction.on_commit(forget)
    return len(kept)


def _read() -> MeasuredTimes:
    times: dict[Key, Measure] = {}
    measured_at = None
    for category, organisation, phase, *figures, moment in MeasuredTime.objects.values_list(*COLUMNS):
        times[category, organisation, phase] = Measure(*figures)
        measured_at = max(measured_at or moment, moment)
    return MeasuredTimes(times, measured_at)
