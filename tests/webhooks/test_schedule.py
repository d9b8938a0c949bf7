"""When a failed delivery is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from webhooks import schedule

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = 3600
WAITS = [0, 5, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]


@pytest.mark.parametrize(("failures", "wait"), list(enumerate(WAITS)))
def test_each_failure_waits_longer(failures: int, wait: float) -> None:
    earliest = schedule.next_try(failures, WAITS, now=NOW, dice=0.0)
    latest = schedule.next_try(failures, WAITS, now=NOW, dice=1.0)

    assert earliest == NOW + timedelta(seconds=wait)
    assert latest == NOW + timedelta(seconds=wait * 1.1)


def test_after_the_last_wait_there_is_no_next_try() -> None:
    assert schedule.next_try(len(WAITS), WAITS, now=NOW, dice=0.5) is None


def test_what_the_receiver_asked_for_counts_when_it_is_longer() -> None:
    minute, second = timedelta(minutes=1), timedelta(seconds=1)

    assert schedule.next_try(1, WAITS, now=NOW, dice=0.0, retry_after=minute) == NOW + minute
    assert schedule.next_try(1, WAITS, now=NOW, dice=0.0, retry_after=second) == NOW + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Mon, 02 Mar 2026 09:01:00 GMT", timedelta(minutes=1)),
        ("Mon, 02 Mar 2026 08:00:00 GMT", timedelta()),
        ("9" * 5000, timedelta(hours=24)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(hours=24)),
        ("-5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, wait: timedelta | None) -> None:
    assert schedule.asked_wait(header, now=NOW) == wait
