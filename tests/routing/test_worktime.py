"""Working time, in Shijiazhuang's hours."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from routing.worktime import NoWorkingTime, WorkCalendar, add_working_hours, working_seconds

HERE = ZoneInfo("Asia/Shanghai")
DAY = ((time(9), time(12)), (time(13), time(17)))
OFFICE = WorkCalendar("office", "Asia/Shanghai", dict.fromkeys(range(5), DAY), country="CN")
ALWAYS = WorkCalendar("always", "Asia/Shanghai", dict.fromkeys(range(7), ((time(0), time(0)),)))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23 10:00", 0, "2026-11-23 10:00"),
        ("2026-11-23 10:00", 2, "2026-11-23 12:00"),
        ("2026-11-23 10:00", 3, "2026-11-23 14:00"),
        ("2026-11-23 10:00", 6, "2026-11-23 17:00"),
        ("2026-11-23 10:00", 6.5, "2026-11-24 09:30"),
        ("2026-11-23 03:00", 1, "2026-11-23 10:00"),
        ("2026-11-23 12:30", 1, "2026-11-23 14:00"),
        ("2026-11-27 16:00", 2, "2026-11-30 10:00"),
        ("2026-11-28 16:00", 1, "2026-11-30 10:00"),
        # The long October holiday, then the Saturday that is worked for it.
        ("2025-09-30 16:00", 1, "2025-09-30 17:00"),
        ("2025-09-30 16:00", 2, "2025-10-09 10:00"),
        ("2025-10-10 16:00", 2, "2025-10-11 10:00"),
    ],
)
def test_hours_are_counted_while_people_work(start: str, hours: float, end: str) -> None:
    assert add_working_hours(at(start), hours, OFFICE) == at(end)


def test_round_the_clock_every_hour_counts() -> None:
    assert add_working_hours(at("2026-10-01 22:30"), 4, ALWAYS) == at("2026-10-02 02:30")


def test_without_a_calendar_every_hour_counts() -> None:
    assert add_working_hours(at("2026-10-01 22:30"), 4, None) == at("2026-10-02 02:30")


def test_extra_days_change_the_rule() -> None:
    calendar = WorkCalendar(
        "extra",
        "Asia/Shanghai",
        dict.fromkeys(range(5), DAY),
        extra_off=frozenset({date(2026, 11, 24)}),
        extra_on=frozenset({date(2026, 11, 28)}),
    )

    assert add_working_hours(at("2026-11-23 16:00"), 2, calendar) == at("2026-11-25 10:00")
    assert add_working_hours(at("2026-11-27 16:00"), 2, calendar) == at("2026-11-28 10:00")


def test_hours_across_the_change_of_summer_time_are_real_hours() -> None:
    boston = WorkCalendar("night", "America/New_York", {6: ((time(0), time(6)),)})
    start = datetime(2026, 3, 8, 5, 0, tzinfo=UTC)

    assert add_working_hours(start, 3, boston) == datetime(2026, 3, 8, 8, 0, tzinfo=UTC)


def test_a_calendar_that_never_works_is_an_error() -> None:
    with pytest.raises(NoWorkingTime):
        add_working_hours(at("2026-11-23 10:00"), 1, WorkCalendar("never", "Asia/Shanghai", {}))


@pytest.mark.parametrize("hours", [0.25, 3, 7, 20, 40])
def test_working_seconds_are_the_way_back(hours: float) -> None:
    start = at("2026-09-29 10:00")

    end = add_working_hours(start, hours, OFFICE)

    assert working_seconds(start, end, OFFICE) == pytest.approx(hours * 3600)
