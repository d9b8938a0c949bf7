"""Pingshan's hotline cases of 2018: a category, a street and a community, and the unit that handled each. No
points.
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from interop.sources.rows import Item, Record, SourceFile, SourceRow, csv_items, known, moment

SOURCE = "pingshan"
CITY = "坪山"
ZONE = ZoneInfo("Asia/Shanghai")
DEFAULT_POINTS: tuple[tuple[float, float], ...] = ()
# 投诉 and 求决 ask for something to be put right; 感谢 thanks for it.
KINDS = {
    "投诉": "complaint",
    "求决": "problem",
    "咨询": "enquiry",
    "建议": "suggestion",
    "感谢": "suggestion",
}
WANTED = (
    "REC_ID",
    "DISTRICT_NAME",
    "EVENT_PROPERTY_NAME",
    "EVENT_TYPE_NAME",
    "SUB_TYPE_NAME",
    "MAIN_TYPE_NAME",
    "STREET_NAME",
    "COMMUNITY_NAME",
    "OCCUR_PLACE",
    "DISPOSE_UNIT_NAME",
    "CREATE_TIME",
    "INTIME_ARCHIVE_NUM",
    "OVERTIME_ARCHIVE_NUM",
)


def read(file: SourceFile) -> Iterator[Item]:
    """Read the file of cases; all archived ones are closed, though none says when."""
    return csv_items(file, WANTED, "REC_ID", _row)


def _row(record: Record, line: int) -> SourceRow:
    places = [
        known(record[column]) for column in ("DISTRICT_NAME", "STREET_NAME", "COMMUNITY_NAME", "OCCUR_PLACE")
    ]
    category = known(record["SUB_TYPE_NAME"]) or known(record["MAIN_TYPE_NAME"])
    return SourceRow(
        source_id=record["REC_ID"],
        line=line,
        category=category,
        group=known(record["EVENT_TYPE_NAME"]),
        kind=KINDS.get(record["EVENT_PROPERTY_NAME"], "problem"),
        text=category,
        address="".join(places),
        observed_at=moment(record, "CREATE_TIME", ZONE),
        is_closed="1" in (record["INTIME_ARCHIVE_NUM"], record["OVERTIME_ARCHIVE_NUM"]),
        organisation=known(record["DISPOSE_UNIT_NAME"]),
        district=known(record["STREET_NAME"]),
        language="zh-hans",
    )
