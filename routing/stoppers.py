"""Which stoppers hold: for a category, at a place, at a moment, with these answers."""

from collections.abc import Collection
from datetime import datetime

from routing.questions import fits
from routing.ranking import is_valid
from routing.rows import CategoryRow, Json, StopperRow
from routing.snapshot import Snapshot
from routing.worktime import NoWorkingTime, opens_at

Place = tuple[float, float]


def areas_of(snapshot: Snapshot, place: Place | None, at: datetime) -> frozenset[str] | None:
    """Return the areas of the day's generation that hold a place; None if the place is not known."""
    if place is None:
        return None
    today = snapshot.day_of(at)
    return frozenset(code for code in snapshot.areas_at(*place) if is_valid(snapshot.areas[code], today))


def stoppers_in_force(snapshot: Snapshot, at: datetime) -> dict[str, tuple[StopperRow, datetime | None]]:
    """Return the stoppers that hold on the day and at the hour of ``at``, wherever and whatever is answered.

    By code, each with the moment at which its calendar opens again; None for one that has no hours.
    """
    today = snapshot.day_of(at)
    found: dict[str, tuple[StopperRow, datetime | None]] = {}
    for stopper in snapshot.city.stoppers if snapshot.city else ():
        if not is_valid(stopper, today):
            continue
        calendar = snapshot.calendars.get(stopper.calendar or "")
        try:
            until = opens_at(at, calendar) if calendar else None
        except NoWorkingTime:
            until = None
        else:
            if calendar and until is None:
                continue  # its hours are now
        found[stopper.code] = stopper, until
    return found


def is_about(stopper: StopperRow, category: CategoryRow) -> bool:
    """Tell whether a stopper is for a category, its group or any."""
    return stopper.category in (None, category.code) or stopper.category == category.parent


def is_there(stopper: StopperRow, areas: Collection[str] | None) -> bool:
    """Tell whether a stopper holds in these areas; of an unknown place only what is for the whole city."""
    return stopper.area is None or (areas is not None and stopper.area in areas)


def blocking(
    snapshot: Snapshot, category: CategoryRow, place: Place | None, answers: Json, at: datetime
) -> list[StopperRow]:
    """Return the stoppers that forbid sending this now, in the order of their codes."""
    about = [
        stopper
        for stopper, _ in stoppers_in_force(snapshot, at).values()
        if stopper.is_blocking and is_about(stopper, category)
    ]
    if not about:
        return []
    areas = areas_of(snapshot, place, at)
    return [
        stopper
        for stopper in about
        if is_there(stopper, areas) and (not stopper.condition or fits(stopper.condition, answers))
    ]
