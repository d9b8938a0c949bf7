"""Writing a city from a file, and judging one."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from interop.cities import WHOLE_WORLD, bbox_of, read_areas
from interop.sources import SourceRow, format_of
from reports.models import Report
from routing.city import validate
from routing.models import Category, City
from tests.interop import files
from tests.interop.files import items, plain, write_csv, write_mapping


def block(west: float, east: float) -> dict[str, Any]:
    """A few square kilometres."""
    ring = [[west, 38.03], [east, 38.03], [east, 38.06], [west, 38.06], [west, 38.03]]
    return {"type": "Polygon", "coordinates": [ring]}


def areas_file(path: Path) -> Path:
    """Two small districts; the western one runs the wrong way round, as many files have it."""
    west, east = block(114.44, 114.45), block(114.45, 114.46)
    west["coordinates"][0].reverse()
    features = [
        {"type": "Feature", "properties": {"Name": name}, "geometry": geometry}
        for name, geometry in (("West", west), ("East", east))
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def run(*arguments: Any, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def cases_file(path: Path, count: int) -> Path:
    """Cases of two queues of one department, each in a district of its own."""
    rows = []
    for number in range(count):
        side = number % 2
        changes = {
            "case_enquiry_id": str(number),
            "open_dt": f"2011-07-{1 + number // 24 % 28:02} {number % 24:02}:00:00",
            "queue": ("West Works", "East Works")[side],
            "pwd_district": ("1", "2")[side],
            "latitude": f"{38.032 + number % 26 / 1000:.4f}",
            "longitude": f"{(114.441, 114.451)[side] + number % 7 / 1000:.4f}",
        }
        rows.append({**files.BOSTON_CASE, **changes})
    return write_csv(path, rows, files.BOSTON_CASE)


def test_a_city_is_learnt_from_cases(tmp_path: Path) -> None:
    out = tmp_path / "city.json"
    cases, areas = cases_file(tmp_path / "cases.csv.gz", 200), areas_file(tmp_path / "wards.geojson")

    told = run("learn_responsibilities", cases=str(cases), areas=[areas], out=out, learn=150)

    document = json.loads(out.read_text())
    assert "learnt from 150 rows" in told
    assert validate(document) == []
    assert {area["kind"] for area in document["areas"]} == {"ward", "service_area"}
    assert {o["parent"] for o in document["organisations"] if "works" in o["code"]} == {"pwdx"}


@pytest.mark.django_db
def test_a_sketched_city_takes_its_file(tmp_path: Path) -> None:
    path, known = plain(tmp_path / "rows.csv", {}, {"what": "Lamp", "sort": "enquiry"}), tmp_path / "m.json"
    write_mapping(known, default_points=[])
    arguments = ("sketch_city", "csv", str(path))

    run(
        *arguments,
        mapping=known,
        areas=[areas_file(tmp_path / "wards.geojson")],
        out=tmp_path / "c.json",
        load=True,
    )
    run("import_reports", "csv", path, mapping=known)

    assert City.objects.get().bbox == [114.43, 38.02, 114.47, 38.07]
    assert Category.objects.get(code="lamp").kinds == ["enquiry"]
    assert {report.responsible.code for report in Report.objects.all() if report.responsible} == {"city-hall"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"areas": [Path("nowhere.geojson")]}, "nowhere.geojson"),
        ({"mapping": Path("nowhere.json")}, "nowhere.json"),
        ({"mapping": None}, "needs a mapping"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(options: dict[str, Any], message: str, tmp_path: Path) -> None:
    path, known = plain(tmp_path / "rows.csv", {}), write_mapping(tmp_path / "m.json")

    with pytest.raises(CommandError, match=message):
        run("sketch_city", "csv", str(path), **{"mapping": known, "out": tmp_path / "c.json", **options})


def test_a_file_without_a_good_row_makes_no_city(tmp_path: Path) -> None:
    path, known = plain(tmp_path / "rows.csv", {"seen": ""}), write_mapping(tmp_path / "m.json")

    with pytest.raises(CommandError, match="no good row"):
        run("sketch_city", "csv", str(path), mapping=known, out=tmp_path / "c.json")


def test_an_area_without_a_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wards.geojson"
    feature = {"type": "Feature", "properties": {"id": 1}, "geometry": block(1, 2)}
    path.write_text(json.dumps({"features": [feature]}))

    with pytest.raises(ValueError, match="has no name; its properties are id"):
        read_areas([path])


def test_areas_of_one_name_stay_two(tmp_path: Path) -> None:
    path = tmp_path / "wards.geojson"
    feature = {"type": "Feature", "properties": {"name": "Isles"}, "geometry": block(1, 2)}
    path.write_text(json.dumps({"features": [feature, feature]}))

    assert [area.name for area in read_areas([path])] == ["Isles", "Isles (2)"]


def test_a_city_without_areas_reaches_around_its_points_but_not_to_those_far_out(tmp_path: Path) -> None:
    changes = [{"lat": str(38 + n / 10_000), "lon": "114.5"} for n in range(2000)] + [
        {"lat": "-80", "lon": "0"}
    ]
    rows = items(format_of("csv", files.mapping()), plain(tmp_path / "rows.csv", *changes))

    west, south, east, north = bbox_of([row for row in rows if isinstance(row, SourceRow)])

    assert (round(west, 2), round(east, 2)) == (114.49, 114.51)
    assert (round(south, 2), round(north, 2)) == (37.99, 38.21)


def test_a_file_without_points_is_of_everywhere() -> None:
    assert bbox_of([]) == WHOLE_WORLD


# --- Judging ---


def boston_folder(tmp_path: Path) -> Path:
    (tmp_path / "boston").mkdir()
    cases_file(tmp_path / "boston" / "cases_2011H2.csv.gz", 200)
    for name in ("police_districts", "neighborhoods"):
        areas_file(tmp_path / "boston" / f"{name}.geojson.gz")
    return tmp_path


def test_an_evaluation_is_one_json_object(tmp_path: Path) -> None:
    figures = json.loads(run("evaluate_routing", data=boston_folder(tmp_path), learn=150))

    assert (figures["learnt_from"], figures["judged"]) == (150, 50)
    assert (figures["department_accuracy"], figures["queue_accuracy"], figures["triage_share"]) == (1, 1, 0)
    assert figures["microseconds_per_decision"] > 0


def test_an_evaluation_without_its_data_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"The data is not here: .*cases_2011H2"):
        run("evaluate_routing", data=tmp_path)


def test_an_evaluation_needs_cases_to_judge(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="too few to learn from 200"):
        run("evaluate_routing", data=boston_folder(tmp_path), learn=200)
