"""A whole city as one document: loaded, written back the same, and every fault named beforehand."""

import copy
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, Organisation, User
from routing.city import canonical, dump_city, load_city, validate, written
from routing.errors import BrokenCity
from routing.models import Area, Category, City, Responsibility
from routing.services import current_snapshot
from tests.routing.scenes import NOW

DEMO = Path(__file__).parents[2] / "routing" / "demo" / "shijiazhuang.json"
_DEMO_DOCUMENT = json.loads(DEMO.read_text(encoding="utf-8"))

Document = dict[str, Any]


@pytest.fixture
def demo() -> Document:
    return copy.deepcopy(_DEMO_DOCUMENT)


def row(document: Document, name: str, code: str) -> dict[str, Any]:
    """The row of a list with this code."""
    found: dict[str, Any] = next(row for row in document[name] if row["code"] == code)
    return found


def test_the_demo_city_has_no_fault(demo: Document) -> None:
    assert validate(demo) == []


def test_the_demo_file_is_written_in_the_canonical_way(demo: Document) -> None:
    assert DEMO.read_text(encoding="utf-8") == written(canonical(demo)) + "\n"


@pytest.mark.django_db
def test_what_was_loaded_is_dumped_the_same(demo: Document) -> None:
    load_city(demo)

    assert dump_city() == demo


@pytest.mark.django_db
def test_a_city_can_follow_another_and_the_first_come_back(demo: Document) -> None:
    other = small_city()
    load_city(demo)

    load_city(other)
    assert dump_city() == canonical(other)

    load_city(demo)
    assert dump_city() == demo


@pytest.mark.django_db
def test_loading_twice_changes_nothing(demo: Document) -> None:
    load_city(demo)
    version = City.objects.get().version

    again = load_city(demo)

    assert not again.is_changed
    assert City.objects.get().version == version


@pytest.mark.django_db
def test_a_change_is_seen_at_once_and_keys_are_kept(demo: Document) -> None:
    load_city(demo)
    key = Category.objects.get(code="road_surface").pk
    row(demo, "categories", "road_surface")["name_en"] = "Hole in the road"

    load_city(demo)

    assert current_snapshot().category("road_surface").name_en == "Hole in the road"
    assert Category.objects.get(code="road_surface").pk == key


@pytest.mark.django_db
def test_what_nobody_refers_to_is_removed(demo: Document) -> None:
    load_city(demo)

    loaded = load_city(small_city())

    assert {"changan", "road_surface", "qingqi-bike", "field"} <= set(loaded.removed)
    assert loaded.closed == []
    assert Area.objects.count() == 1


@pytest.mark.django_db
def test_an_organisation_that_people_belong_to_is_closed_and_not_removed(demo: Document) -> None:
    load_city(demo)
    otto = User.objects.create_user("otto@example.org", name="Otto")
    Membership.objects.create(
        user=otto, organisation=Organisation.objects.get(code="xidao-works"), role="firm_agent"
    )

    loaded = load_city(small_city())

    assert loaded.closed == ["xidao-works"]
    assert Organisation.objects.get(code="xidao-works").ends_on is not None
    assert Membership.objects.count() == 1
    assert dump_city() == canonical(small_city())


@pytest.mark.django_db
def test_the_demo_routes_potholes_by_side_of_the_city(demo: Document) -> None:
    load_city(demo)
    snapshot = current_snapshot()

    west = snapshot.resolve("road_surface", 38.02, 114.46, NOW)
    east = snapshot.resolve("road_surface", 38.00, 114.55, NOW)
    zone = snapshot.resolve("road_surface", 38.02, 114.64, NOW)

    assert (west.organisation, west.executor) == ("urban-management", "xidao-works")
    assert (east.organisation, east.executor) == ("urban-management", "dongdao-works")
    assert (zone.organisation, zone.executor) == ("high-tech-works", "dongdao-works")


@pytest.mark.django_db
def test_the_demo_has_a_category_that_nobody_answers_for(demo: Document) -> None:
    load_city(demo)

    decision = current_snapshot().resolve("delivery_robots", 38.02, 114.46, NOW)

    assert decision.triage_reason == "nobody"


@pytest.mark.django_db
def test_the_demo_pilot_works_in_its_own_area_only(demo: Document) -> None:
    load_city(demo)
    snapshot = current_snapshot()

    inside = snapshot.resolve("smart_parking", 38.045, 114.51, NOW)
    outside = snapshot.resolve("smart_parking", 38.02, 114.46, NOW)

    assert (inside.executor, outside.executor) == ("smart-parking-pilot", "anbo-parking")


def small_city() -> Document:
    """The least that makes a city."""
    square = [[114.4, 38.0], [114.6, 38.0], [114.6, 38.1], [114.4, 38.1], [114.4, 38.0]]
    return {
        "format": "commonway-city/1",
        "city": {
            "code": "small",
            "name_zh": "小城",
            "name_en": "Small",
            "timezone": "Asia/Shanghai",
            "latitude": 38.05,
            "longitude": 114.5,
            "bbox": [114.4, 38.0, 114.6, 38.1],
        },
        "calendars": [
            {"code": "office", "timezone": "Asia/Shanghai", "hours": {"monday": [["09:00", "17:00"]]}}
        ],
        "organisations": [
            {"code": "bureau", "kind": "bureau", "name_zh": "局", "name_en": "Bureau", "is_steering": True}
        ],
        "areas": [
            {
                "code": "all",
                "name_zh": "全",
                "name_en": "All",
                "polygon": {"type": "Polygon", "coordinates": [square]},
            }
        ],
        "categories": [
            {"code": "roads", "name_zh": "路", "name_en": "Roads"},
            {"code": "hole", "parent": "roads", "name_zh": "坑", "name_en": "Hole", "kinds": ["problem"]},
        ],
        "responsibilities": [
            {"code": "hole-owner", "category": "hole", "organisation": "bureau", "role": "owner"}
        ],
    }


def set_in(path: str, value: Any) -> Callable[[Document], None]:
    """A change of a document: ``areas.0.kind`` becomes ``value``."""

    def change(document: Document) -> None:
        *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        place: Any = document
        for step in way:
            place = place[step]
        place[last] = value

    return change


def _twice(name: str) -> Callable[[Document], None]:
    return lambda document: document[name].append(copy.deepcopy(document[name][0]))


def _ring(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(point) for point in points]]}


BOWTIE = _ring((114.4, 38.0), (114.6, 38.1), (114.6, 38.0), (114.45, 38.12), (114.4, 38.0))
CLOCKWISE = _ring((114.4, 38.0), (114.4, 38.1), (114.6, 38.1), (114.6, 38.0), (114.4, 38.0))
OPEN = _ring((114.4, 38.0), (114.6, 38.0), (114.6, 38.1), (114.4, 38.1))
SWAPPED = _ring((38.0, 114.4), (38.1, 114.4), (38.1, 114.6), (38.0, 114.6), (38.0, 114.4))
ELSEWHERE = _ring((116.4, 38.0), (116.6, 38.0), (116.6, 38.1), (116.4, 38.1), (116.4, 38.0))
NEW_RULE = {"code": "new", "category": "hole", "organisation": "bureau", "role": "owner"}

FAULTS = [
    ("$.format", "commonway-city/1", set_in("format", "other/9")),
    ("$", "'colour' was unexpected", set_in("colour", "red")),
    ("$.city.latitude", "is greater than the maximum", set_in("city.latitude", 114.5)),
    ("$.city.latitude", "outside the bounding box", set_in("city.latitude", 39.0)),
    ("$.city.bbox", "west, south, east, north", set_in("city.bbox", [38.0, 114.4, 38.1, 114.6])),
    ("$.city.timezone", "not known", set_in("city.timezone", "Asia/Atlantis")),
    ("$.calendars[0].timezone", "not known", set_in("calendars.0.timezone", "../etc")),
    ("$.calendars[0].hours", "in order", set_in("calendars.0.hours", {"monday": [["17:00", "09:00"]]})),
    ("$.calendars[0].hours", "never comes to an end", set_in("calendars.0.hours", {"monday": []})),
    ("$.calendars[0].hours.monday[0][0]", "does not match", set_in("calendars.0.hours.monday.0.0", "9 am")),
    ("$.calendars[0].country", "No public holidays", set_in("calendars.0.country", "QQ")),
    ("$.calendars[0].extra_off[0]", "does not match", set_in("calendars.0.extra_off", ["tomorrow"])),
    ("$.calendars[0].extra_off[0]", "is not a 'date'", set_in("calendars.0.extra_off", ["2026-02-30"])),
    ("$.calendars[1].code", "used before", _twice("calendars")),
    ("$.organisations[0].kind", "is not one of", set_in("organisations.0.kind", "club")),
    ("$.organisations[0].mandate", "has a mandate", set_in("organisations.0.kind", "spe")),
    ("$.organisations[0].parent", "There is no 'ministry'", set_in("organisations.0.parent", "ministry")),
    ("$.organisations[0].parent", "above itself", set_in("organisations.0.parent", "bureau")),
    ("$.organisations", "must be steering", set_in("organisations.0.is_steering", False)),
    ("$.organisations[1].is_steering", "steering already", _twice("organisations")),
    (
        "$.areas[0].polygon.type",
        "is not one of",
        set_in("areas.0.polygon", {"type": "Point", "coordinates": [1]}),
    ),
    ("$.areas[0].polygon", "rings of positions", set_in("areas.0.polygon.coordinates", [[1, 2]])),
    ("$.areas[0].polygon", "rings of positions", set_in("areas.0.polygon.coordinates.0.0", ["114.4", "38"])),
    ("$.areas[0].polygon", "at least one ring", set_in("areas.0.polygon.coordinates", [])),
    ("$.areas[0].polygon", "Self-intersection", set_in("areas.0.polygon", BOWTIE)),
    ("$.areas[0].polygon", "counter-clockwise", set_in("areas.0.polygon", CLOCKWISE)),
    ("$.areas[0].polygon", "not closed", set_in("areas.0.polygon", OPEN)),
    ("$.areas[0].polygon", "leaves the earth", set_in("areas.0.polygon", SWAPPED)),
    ("$.areas[0].polygon", "outside the city", set_in("areas.0.polygon", ELSEWHERE)),
    (
        "$.areas[0].valid_to",
        "before it starts",
        lambda document: document["areas"][0].update(valid_from="2026-02-01", valid_to="2026-01-01"),
    ),
    ("$.categories[1].code", "does not match", set_in("categories.1.code", "a hole")),
    ("$.categories[1].kinds[0]", "is not one of", set_in("categories.1.kinds", ["rant"])),
    ("$.categories[1].kinds", "at least one kind", set_in("categories.1.kinds", [])),
    ("$.categories[1].parent", "There is no 'sky'", set_in("categories.1.parent", "sky")),
    ("$.categories[1].parent", "no group", set_in("categories.0.kinds", ["problem"])),
    ("$.categories[1].calendar", "There is no 'moon'", set_in("categories.1.calendar", "moon")),
    (
        "$.categories[1].acknowledge_hours",
        "before it is resolved",
        lambda document: document["categories"][1].update(acknowledge_hours=9, resolve_hours=8),
    ),
    ("$.responsibilities[0].category", "There is no 'x'", set_in("responsibilities.0.category", "x")),
    ("$.responsibilities[0].area", "There is no 'x'", set_in("responsibilities.0.area", "x")),
    ("$.responsibilities[0].organisation", "There is no 'x'", set_in("responsibilities.0.organisation", "x")),
    ("$.responsibilities[0].role", "is not one of", set_in("responsibilities.0.role", "boss")),
    ("$.responsibilities[0].role", "Nobody owns 'hole'", set_in("responsibilities.0.role", "executor")),
    ("$.responsibilities[0].precedence", "minimum", set_in("responsibilities.0.precedence", -1)),
    (
        "$.responsibilities[1]",
        "written before",
        lambda document: document["responsibilities"].append(NEW_RULE),
    ),
    (
        "$.responsibilities[0].valid_to",
        "before it starts",
        lambda document: document["responsibilities"][0].update(
            valid_from="2026-02-01", valid_to="2026-01-01"
        ),
    ),
]


@pytest.mark.parametrize(("path", "words", "change"), FAULTS)
def test_a_fault_is_named_by_its_path(path: str, words: str, change: Callable[[Document], None]) -> None:
    document = small_city()
    change(document)

    faults = validate(document)

    assert [fault for fault in faults if fault.path == path and words in fault.message], faults


@pytest.mark.parametrize("document", [None, [], "city", 7, {}, {"format": "commonway-city/1"}])
def test_what_is_no_document_is_a_fault_and_no_crash(document: Any) -> None:
    assert validate(document)


def test_every_fault_is_named_at_once() -> None:
    document = small_city()
    for path, value in [
        ("city.timezone", "Asia/Atlantis"),
        ("areas.0.polygon", BOWTIE),
        ("responsibilities.0.area", "x"),
    ]:
        set_in(path, value)(document)

    assert sorted({fault.path for fault in validate(document)}) == [
        "$.areas[0].polygon",
        "$.city.timezone",
        "$.responsibilities[0].area",
    ]


@pytest.mark.django_db
def test_a_broken_document_writes_nothing(demo: Document) -> None:
    load_city(demo)
    broken = small_city()
    set_in("areas.0.polygon", BOWTIE)(broken)

    with pytest.raises(BrokenCity) as refusal:
        load_city(broken)

    assert [error["path"] for error in refusal.value.errors] == ["$.areas[0].polygon"]
    assert dump_city() == demo


@pytest.mark.django_db
def test_the_commands_load_and_write_the_same_file(tmp_path: Path) -> None:
    out = StringIO()

    call_command("load_city", str(DEMO), stdout=StringIO())
    call_command("dump_city", stdout=out)

    assert out.getvalue() == DEMO.read_text(encoding="utf-8")


@pytest.mark.django_db
def test_the_command_names_every_fault_and_changes_nothing(tmp_path: Path) -> None:
    broken = small_city()
    set_in("responsibilities.0.area", "x")(broken)
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(broken))
    errors = StringIO()

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("load_city", str(file), stderr=errors)

    assert errors.getvalue() == "$.responsibilities[0].area: There is no 'x' among the areas.\n"
    assert not Responsibility.objects.exists()


@pytest.mark.parametrize(("content", "words"), [(None, "cannot be read"), ("{", "is no JSON")])
def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path, content: str | None, words: str) -> None:
    file = tmp_path / "city.json"
    if content is not None:
        file.write_text(content)

    with pytest.raises(CommandError, match=words):
        call_command("load_city", str(file))


@pytest.mark.django_db
def test_an_empty_database_has_no_city_to_dump() -> None:
    with pytest.raises(CommandError, match="No city"):
        call_command("dump_city")
