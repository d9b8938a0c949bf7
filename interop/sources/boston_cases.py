"""Boston's cases of 2011: what was wrong, which queue of which department answered, and by when."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from interop.sources.rows import (
    Item,
    Record,
    SourceFile,
    SourceRow,
    csv_items,
    known,
    moment,
    moment_or_none,
    one_line,
    position,
)

SOURCE = "boston_cases"
CITY = "Boston"
ZONE = ZoneInfo("America/New_York")
# What the city's software writes when it does not know the place.
DEFAULT_POINTS = ((42.3594, -71.0587),)
WANTED = (
    "case_enquiry_id",
    "open_dt",
    "target_dt",
    "closed_dt",
    "case_status",
    "closure_reason",
    "case_title",
    "reason",
    "type",
    "queue",
    "department",
    "location",
    "pwd_district",
    "latitude",
    "longitude",
)


def read(file: SourceFile) -> Iterator[Item]:
    """Read the file of cases; times in it are local, without an offset."""
    return csv_items(file, WANTED, "case_enquiry_id", _row)


def _row(record: Record, line: int) -> SourceRow:
    latitude, longitude = position(record, "latitude", "longitude")
    category, title = one_line(record["type"]), one_line(record["case_title"])
    return SourceRow(
        source_id=record["case_enquiry_id"],
        line=line,
        category=category,
        group=one_line(record["reason"]),
        text=title if title != category else "",
        latitude=latitude,
        longitude=longitude,
        address=one_line(record["location"]),
        observed_at=moment(record, "open_dt", ZONE),
        is_closed=record["case_status"] == "Closed",
        closed_at=moment_or_none(record, "closed_dt", ZONE),
        due_at=moment_or_none(record, "target_dt", ZONE),
        outcome=one_line(record["closure_reason"]),
        organisation=known(record["queue"]),
        department=known(record["department"]),
        district=_district(record["pwd_district"]),
    )


def _district(text: str) -> str:
    """Public works districts are written 5 and 05, and 0 is none."""
    district = known(text)
    if district in ("", "0"):
        return ""
    return district.zfill(2)
