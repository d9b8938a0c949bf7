"""When a delivery that failed is tried again. Pure: the clock and the dice come from the caller."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# A tenth more at most, so that what failed together does not come back together.
JITTER = 0.1
LONGEST_RETRY_AFTER = timedelta(hours=24)


def next_try(
    failures: int, waits: Sequence[float], *, now: datetime, dice: float, retry_after: timedelta | None = None
) -> datetime | None:
    """The moment of the try after ``failures`` failed ones, or None when there are no more.

    ``waits[n]`` are the seconds before try n + 1 (the first is 0: at once); ``dice`` is in [0, 1). What the
    receiver asked for in Retry-After counts when it is longer.
    """
    if failures >= len(waits):
        return None
    wait = timedelta(seconds=waits[failures] * (1 + JITTER * dice))
    return now + max(wait, retry_after or timedelta())


def asked_wait(header: str, *, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for, 24 hours at most; None when it is neither seconds nor a date."""
    if header.strip().isdecimal():
        seconds = min(float(header), LONGEST_RETRY_AFTER.total_seconds())
        return timedelta(seconds=seconds)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta()), LONGEST_RETRY_AFTER)
