"""When a copy may go out: digests at their hour, quiet hours, and waits after a failed try. Pure."""

import random
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications.models import Cadence, Wishes


def at_once(wishes: Wishes, now: datetime, zone: ZoneInfo) -> datetime:
    """Now, or the end of the quiet hours that are on."""
    if wishes.quiet_from is None or wishes.quiet_until is None or wishes.quiet_from == wishes.quiet_until:
        return now
    local = now.astimezone(zone)
    if not _is_between(local.time(), wishes.quiet_from, wishes.quiet_until):
        return now
    return _next(local, wishes.quiet_until)


def next_digest(wishes: Wishes, cadence: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The next hour of digests, of any day or of the chosen weekday."""
    moment = _next(now.astimezone(zone), time(wishes.digest_hour))
    if cadence == Cadence.WEEKLY:
        moment += timedelta(days=(wishes.digest_weekday - moment.weekday()) % 7)
    return moment


def next_try(now: datetime, tries: int, waits: list[float], retry_after_s: float = 0.0) -> datetime | None:
    """When a copy that failed ``tries`` times is tried again, a tenth earlier or later; None to give up."""
    if tries > len(waits):
        return None
    wait = waits[tries - 1] * random.uniform(0.9, 1.1)  # noqa: S311  # it spreads load and guards nothing
    return now + timedelta(seconds=max(wait, retry_after_s))


def _is_between(moment: time, start: time, end: time) -> bool:
    if start < end:
        return start <= moment < end
    return moment >= start or moment < end


def _next(local: datetime, moment: time) -> datetime:
    """The next time the clock on the wall shows ``moment``, later than ``local``."""
    found = datetime.combine(local.date(), moment, tzinfo=local.tzinfo)
    return (
        found if found > local else datetime.combine(local.date() + timedelta(days=1), moment, local.tzinfo)
    )
