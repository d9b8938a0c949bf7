"""Reading files of other systems."""

import json
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from interop.sources import (
    BadMapping,
    Format,
    RowFault,
    SourceFile,
    SourceRow,
    Unreadable,
    format_of,
    load_mapping,
)
from tests.interop import files
from tests.interop.files import items, mapping, only_fault, only_row, plain, write_csv

ELSEWHERE = format_of("csv", mapping())
GEO = format_of("geojson", mapping())


def own(name: str, row: dict[str, str], tmp_path: Path, **changes: str) -> tuple[Format, Path]:
    path = write_csv(tmp_path / f"{name}.csv.gz", [{**row, **changes}], row)
    return format_of(name), path


def test_a_boston_case_is_read(tmp_path: Path) -> None:
    row = only_row(*own("boston_cases", files.BOSTON_CASE, tmp_path))

    assert (row.source_id, row.line, row.category, row.group) == (
        "101",
        2,
        "Street Light Outages",
        "Street Lights",
    )
    assert (row.latitude, row.longitude, row.district) == (42.2715, -71.0772, "07")
    assert row.observed_at == datetime(2011, 7, 1, 5, 32, 33, tzinfo=UTC)
    assert row.closed_at == datetime(2011, 7, 1, 9, 6, 58, tzinfo=UTC)
    assert (row.is_closed, row.outcome) == (True, "Case Closed replaced fuse")
    assert (row.organisation, row.department, row.text) == ("PWDx_Lights", "PWDx", "")


def test_a_boston_request_is_read(tmp_path: Path) -> None:
    row = only_row(*own("boston_open311", files.BOSTON_REQUEST, tmp_path))

    assert (row.category, row.text, row.district) == ("Illegal Parking", "On the crossing.", "Jamaica Plain")
    assert row.observed_at == datetime(2015, 10, 6, 15, 25, 57, tzinfo=UTC)
    assert (row.duplicate_of, row.outcome, row.language) == ("200", "Done.", "en")


def test_a_tainan_report_is_read(tmp_path: Path) -> None:
    row = only_row(*own("tainan", files.TAINAN_REPORT, tmp_path))

    assert (row.category, row.group, row.text) == ("空氣汙染", "髒亂及汙染", "異味")
    assert (row.district, row.address, row.language) == ("東區", "臺南市東區1號", "zh-hans")
    assert row.observed_at == datetime(2015, 4, 14, 16, 22, tzinfo=UTC)
    assert not row.is_closed


def test_a_pingshan_case_is_read(tmp_path: Path) -> None:
    row = only_row(*own("pingshan", files.PINGSHAN_CASE, tmp_path))

    assert (row.category, row.kind, row.organisation) == ("道路破损", "enquiry", "交通运输局")
    assert (row.address, row.latitude) == ("坪山区碧岭街道沙湖社区", None)
    assert (row.is_closed, row.closed_at) == (True, None)


@pytest.mark.parametrize(
    ("name", "row", "changes", "reason"),
    [
        ("boston_cases", files.BOSTON_CASE, {"open_dt": ""}, "open_dt is empty."),
        ("boston_cases", files.BOSTON_CASE, {"open_dt": "yesterday"}, "open_dt is no time: 'yesterday'."),
        ("boston_cases", files.BOSTON_CASE, {"type": " "}, "There is no category."),
        ("boston_open311", files.BOSTON_REQUEST, {"service_request_id": ""}, "There is no id."),
        ("tainan", files.TAINAN_REPORT, {"lat": "north"}, "lat, long are no position: 'north', '120.2'."),
        (
            "tainan",
            files.TAINAN_REPORT,
            {"lat": "120.2", "long": "23"},
            "lat, long are not on the globe: 120.2, 23.",
        ),
        ("tainan", files.TAINAN_REPORT, {"lat": "nan"}, "lat, long are not on the globe: nan, 120.2."),
        (
            "tainan",
            files.TAINAN_REPORT,
            {"lat": "0", "long": "0"},
            "lat, long are (0, 0): there was no position.",
        ),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_reason(
    name: str, row: dict[str, str], changes: dict[str, str], reason: str, tmp_path: Path
) -> None:
    fault = only_fault(*own(name, row, tmp_path, **changes))

    assert (fault.line, fault.reason) == (2, reason)


def test_a_row_with_too_few_or_too_many_columns_is_bad(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("id,what,seen\n1,Hole\n2,Hole,2024-05-01,more\n")
    short = {"source_id": "id", "category": "what", "observed_at": "seen"}

    faults = items(format_of("csv", mapping(fields=short)), path)

    assert [fault.reason for fault in faults if hasattr(fault, "reason")] == [
        "The row has too few columns.",
        "The row has too many columns.",
    ]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (b"caf\xe9", "The row is not UTF-8, or has a NUL in it."),
        (b"a\x00b", "The row is not UTF-8, or has a NUL in it."),
        (b"x" * 200_000, "This is no CSV: field larger than field limit (131072)."),
    ],
)
def test_a_row_that_is_no_text_is_bad_and_the_next_is_read(words: bytes, reason: str, tmp_path: Path) -> None:
    path = plain(tmp_path / "rows.csv", {"words": "HERE"}, {})
    path.write_bytes(path.read_bytes().replace(b"HERE", words))

    bad, good = items(ELSEWHERE, path)

    assert isinstance(bad, RowFault)
    assert bad.reason == reason
    assert isinstance(good, SourceRow)


def test_an_id_that_is_too_long_is_bad(tmp_path: Path) -> None:
    fault = only_fault(ELSEWHERE, plain(tmp_path / "rows.csv", {"id": "7" * 101}))

    assert fault.reason == "The id has more than 100 characters."


def test_a_file_of_another_kind_is_refused_at_once(tmp_path: Path) -> None:
    path = plain(tmp_path / "rows.csv", {})

    with pytest.raises(Unreadable, match="The file has no column service_request_id"):
        items(format_of("tainan"), path)


def test_the_line_is_right_after_a_text_of_several_lines(tmp_path: Path) -> None:
    path = plain(tmp_path / "rows.csv", {"words": "one\ntwo\nthree"}, {"seen": ""})

    assert items(ELSEWHERE, path)[1].line == 5


# --- Mapping ---


def test_a_mapping_says_what_the_columns_mean(tmp_path: Path) -> None:
    row = only_row(
        ELSEWHERE, plain(tmp_path / "rows.csv", {"state": "closed", "sort": "gripe", "done": "2024-05-02"})
    )

    assert (row.category, row.kind, row.is_closed) == ("pothole", "complaint", True)
    assert row.observed_at == datetime(2024, 5, 1, tzinfo=UTC)
    assert row.closed_at == datetime(2024, 5, 1, 16, tzinfo=UTC)


def test_an_unknown_kind_is_a_bad_row(tmp_path: Path) -> None:
    fault = only_fault(ELSEWHERE, plain(tmp_path / "rows.csv", {"sort": "praise"}))

    assert fault.reason == "sort is no kind of report: 'praise'."


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"source": "No Good"}, r"\$\.source"),
        ({"fields": {"source_id": "id"}}, r"\$\.fields: 'category' is a required property; .*'observed_at'"),
        ({"fields": {**files.MAPPING["fields"], "colour": "c"}}, r"\$\.fields: .*colour"),
        ({"timezone": "Mars/Olympus"}, r"\$\.timezone: there is no time zone 'Mars/Olympus'"),
        ({"kinds": {"gripe": "grumble"}}, r"\$\.kinds\.gripe"),
        ({"datum": "moon"}, r"\$\.datum"),
    ],
)
def test_every_fault_of_a_mapping_is_named_by_its_path(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(BadMapping, match=fault):
        mapping(**changes)


def test_a_mapping_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mapping.json").write_text("{")

    with pytest.raises(BadMapping, match="is not JSON"):
        load_mapping(tmp_path / "mapping.json")


def test_plain_files_need_a_mapping() -> None:
    with pytest.raises(BadMapping, match="needs a mapping"):
        format_of("csv")


# --- GeoJSON ---


def feature(**changes: Any) -> dict[str, Any]:
    properties = {"id": "1", "what": "Hole", "seen": "2024-05-01T08:00:00+08:00", "words": '"features": [x'}
    point = {"type": "Point", "coordinates": [114.45, 38.05]}
    return {"type": "Feature", "properties": properties, "geometry": point, **changes}


def collection(*features: dict[str, Any]) -> str:
    head = {
        "type": "FeatureCollection",
        "name": "all",
        "crs": {"type": "name", "properties": {"name": "CRS84"}},
    }
    return json.dumps({**head, "features": list(features), "bbox": [1, 2, 3, 4]})


@pytest.mark.parametrize("chunk", [7, 1 << 16])
def test_features_are_read_whether_in_a_collection_or_one_a_line(
    chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, lines = tmp_path / "whole.geojson", tmp_path / "lines.geojson"
    whole.write_text(collection(feature(), feature()))
    lines.write_text("\n".join(json.dumps(feature()) for _ in range(2)))
    monkeypatch.setattr("interop.sources.mapped.CHUNK", chunk)
    monkeypatch.setattr("interop.sources.mapped.HEAD_CHUNK", 1 << 16)

    read = [(row.line, getattr(row, "latitude", None)) for path in (whole, lines) for row in items(GEO, path)]

    assert read == [(1, 38.05), (2, 38.05)] * 2


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"type": "Thing"}, "This is no GeoJSON feature."),
        ({"geometry": {"type": "LineString", "coordinates": []}}, "Only features with a point, or without"),
        ({"geometry": {"type": "Point", "coordinates": [1]}}, "The point has no two coordinates."),
        ({"properties": {"what": "Hole", "seen": "2024-05-01"}}, "There is no id."),
    ],
)
def test_a_bad_feature_is_named(broken: dict[str, Any], reason: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.geojson"
    path.write_text(collection(feature(**broken)))

    fault = only_fault(GEO, path)

    assert fault.line == 1
    assert fault.reason.startswith(reason)


def test_a_file_that_breaks_off_says_where(tmp_path: Path) -> None:
    path = tmp_path / "rows.geojson"
    path.write_text(collection(feature())[:-60])

    with pytest.raises(Unreadable, match="no GeoJSON from here on"):
        items(GEO, path)


# --- The real files ---


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("boston_cases", "boston/cases_2011H2.csv.gz"),
        ("boston_open311", "boston/open311_traffic_2008_2017.csv.gz"),
        ("tainan", "tainan/reports_2015_2017.csv.gz"),
        ("pingshan", "pingshan/cases_2018_02_10.csv.gz"),
    ],
)
def test_the_real_file_is_read_without_a_fault(name: str, file: str, shared_data: Path) -> None:
    with SourceFile(shared_data / file) as source:
        read = list(islice(format_of(name).read(source), 2000))

    assert [item for item in read if isinstance(item, RowFault)] == []
    assert len({item.source_id for item in read}) == 2000
