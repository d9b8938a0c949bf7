"""Tainan's reports of 2015 to 2017, in Chinese, with points from an address geocoder that sometimes fell
back.
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from interop.sources.rows import Item, Record, SourceFile, SourceRow, csv_items, known, moment, position

SOURCE = "tainan"
CITY = "臺南"
ZONE = ZoneInfo("Asia/Taipei")
DEFAULT_POINTS: tuple[tuple[float, float], ...] = ()
WANTED = (
    "service_request_id",
    "requested_datetime",
    "area",
    "service_name",
    "subproject",
    "description",
    "address",
    "lat",
    "long",
)


def read(file: SourceFile) -> Iterator[Item]:
    """Read the file of reports; times in it are local, without an offset, and nothing says what became of
    them.
    """
    return csv_items(file, WANTED, "service_request_id", _row)


def _row(record: Record, line: int) -> SourceRow:
    latitude, longitude = position(record, "lat", "long")
    group = known(record["service_name"]).replace("污", "汙")
    return SourceRow(
        source_id=record["service_request_id"],
        line=line,
        category=known(record["subproject"]) or group,
        group=group,
        text=record["description"].strip(),
        latitude=latitude,
        longitude=longitude,
        address="".join(record["address"].split()),
        observed_at=moment(record, "requested_datetime", ZONE),
        district="".join(record["area"].split()),
        language="zh-hans",
    )
