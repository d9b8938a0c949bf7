"""Tiny files of the formats, written for tests."""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from interop.sources import Format, Item, RowFault, SourceFile, SourceRow
from interop.sources.mapping import ColumnMapping, mapping_of

MAPPING: dict[str, Any] = {
    "source": "elsewhere",
    "timezone": "Asia/Shanghai",
    "language": "en",
    "fields": {
        "source_id": "id",
        "category": "what",
        "observed_at": "seen",
        "text": "words",
        "latitude": "lat",
        "longitude": "lon",
        "address": "where",
        "status": "state",
        "closed_at": "done",
        "outcome": "answer",
        "kind": "sort",
        "duplicate_of": "same_as",
        "district": "district",
    },
    "closed_statuses": ["closed"],
    "kinds": {"gripe": "complaint"},
    "categories": {"Hole": "pothole"},
    "default_points": [[38.05, 114.5]],
}
COLUMNS = tuple(MAPPING["fields"].values())
ORDINARY = {
    "id": "1",
    "what": "Hole",
    "seen": "2024-05-01 08:00:00",
    "words": "A deep hole.",
    "lat": "38.05",
    "lon": "114.45",
    "where": "1 Main Street",
    "state": "open",
}
BOSTON_CASE = {
    "case_enquiry_id": "101",
    "open_dt": "2011-07-01 01:32:33",
    "target_dt": "2011-07-15 01:32:32",
    "closed_dt": "2011-07-01 05:06:58",
    "case_status": "Closed",
    "closure_reason": "Case Closed  replaced fuse ",
    "case_title": "Street Light Outages",
    "reason": "Street Lights",
    "type": "Street Light  Outages",
    "queue": "PWDx_Lights",
    "department": "PWDx",
    "location": "1 Main St  Boston",
    "pwd_district": "7",
    "latitude": "42.2715",
    "longitude": "-71.0772",
}
BOSTON_REQUEST = {
    "service_request_id": "201",
    "service_name": "Illegal Parking",
    "status": "closed",
    "requested_datetime": "2015-10-06T11:25:57-04:00",
    "updated_datetime": "2015-10-07T11:25:57-04:00",
    "lat": "42.32",
    "long": "-71.10",
    "address": "25 Sheridan St, Jamaica Plain, MA, 02130",
    "description": " On the crossing. ",
    "status_notes": "Done.",
    "closed_as_duplicate": "True",
    "duplicate_of": "200",
}
TAINAN_REPORT = {
    "service_request_id": "UN1",
    "requested_datetime": "2015-04-15 00:22:00",
    "area": "東 區",
    "service_name": "髒亂及污染",
    "subproject": "空氣汙染",
    "description": "異味",
    "address": "臺南市東區 1 號",
    "lat": "23.0",
    "long": "120.2",
}
PINGSHAN_CASE = {
    "REC_ID": "9148",
    "DISTRICT_NAME": "坪山区",
    "EVENT_PROPERTY_NAME": "咨询",
    "EVENT_TYPE_NAME": "市政设施",
    "SUB_TYPE_NAME": "道路破损",
    "MAIN_TYPE_NAME": "设施",
    "STREET_NAME": "碧岭街道",
    "COMMUNITY_NAME": "沙湖社区",
    "OCCUR_PLACE": "-",
    "DISPOSE_UNIT_NAME": "交通运输局",
    "CREATE_TIME": "2018-02-08 15:34:40",
    "INTIME_ARCHIVE_NUM": "1",
    "OVERTIME_ARCHIVE_NUM": "0",
}


def write_csv(path: Path, rows: Iterable[Mapping[str, str]], columns: Iterable[str]) -> Path:
    """A CSV file, gzipped if its name says so."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(columns), restval="")
    writer.writeheader()
    writer.writerows(rows)
    content = text.getvalue().encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def plain(path: Path, *changes: Mapping[str, str]) -> Path:
    """A plain CSV file of ordinary rows, each with its changes and, unless it has one, its own id."""
    rows = [{**ORDINARY, "id": str(number), **change} for number, change in enumerate(changes, start=1)]
    return write_csv(path, rows, COLUMNS)


def write_mapping(path: Path, **changes: Any) -> Path:
    """A mapping file."""
    path.write_text(json.dumps({**MAPPING, **changes}))
    return path


def mapping(**changes: Any) -> ColumnMapping:
    """The mapping itself."""
    return mapping_of({**MAPPING, **changes})


def items(chosen: Format, path: Path) -> list[Item]:
    """All that a reader yields."""
    with SourceFile(path) as file:
        return list(chosen.read(file))


def only_row(chosen: Format, path: Path) -> SourceRow:
    """The one good row of a file."""
    [row] = items(chosen, path)
    assert isinstance(row, SourceRow), row
    return row


def only_fault(chosen: Format, path: Path) -> RowFault:
    """The one bad row of a file."""
    [fault] = items(chosen, path)
    assert isinstance(fault, RowFault), fault
    return fault
