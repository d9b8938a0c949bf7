"""Boston's traffic requests as its Open311 server gave them, 2008 to 2017: real words of real citizens."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from interop.sources.rows import Item, Record, SourceFile, SourceRow, csv_items, moment, one_line, position

SOURCE = "boston_open311"
CITY = "Boston"
ZONE = ZoneInfo("America/New_York")
DEFAULT_POINTS = ((42.3594, -71.0587), (42.359519999999875, -71.05875000000002))
WANTED = (
    "service_request_id",
    "service_name",
    "status",
    "requested_datetime",
    "updated_datetime",
    "lat",
    "long",
    "address",
    "description",
    "status_notes",
    "closed_as_duplicate",
    "duplicate_of",
)


def read(file: SourceFile) -> Iterator[Item]:
    """Read the file of requests; times in it carry their offset."""
    return csv_items(file, WANTED, "service_request_id", _row)


def _row(record: Record, line: int) -> SourceRow:
    latitude, longitude = position(record, "lat", "long")
    is_closed = record["status"] == "closed"
    return SourceRow(
        source_id=record["service_request_id"],
        line=line,
        category=one_line(record["service_name"]),
        text=record["description"].strip(),
        latitude=latitude,
        longitude=longitude,
        address=one_line(record["address"]),
        observed_at=moment(record, "requested_datetime", ZONE),
        is_closed=is_closed,
        closed_at=moment(record, "updated_datetime", ZONE) if is_closed else None,
        outcome=one_line(record["status_notes"]) if is_closed else "",
        district=_neighbourhood(record["address"]),
        duplicate_of=record["duplicate_of"] if record["closed_as_duplicate"] == "True" else "",
    )


def _neighbourhood(address: str) -> str:
    """The last part of an address that is neither the state nor a postal code."""
    parts = [part.strip() for part in address.split(",")[1:]]
    names = [part for part in parts if part and part != "MA" and not part[0].isdigit()]
    return names[-1] if names else ""
