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
from routing.models import Area, Category, City, MeasuredTime, QuestionSet, Responsibility
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
    other = _small()
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
def test_a_new_version_of_questions_keeps_the_old_one(demo: Document) -> None:
    load_city(demo)
    lamp = next(row for row in demo["questions"] if row["category"] == "street_light")
    demo["questions"].append({**lamp, "version": 2, "schema": {"type": "object"}})

    load_city(demo)

    assert dump_city() == canonical(demo)
    found = current_snapshot().category("street_light")
    assert (found.questions_version, found.question_sets[1]) == (2, lamp["schema"])


@pytest.mark.django_db
def test_a_version_that_was_published_cannot_be_changed(demo: Document) -> None:
    load_city(demo)
    index = next(i for i, row in enumerate(demo["questions"]) if row["category"] == "street_light")
    demo["questions"][index]["schema"] = {"type": "object"}
    demo["city"]["name_en"] = "Elsewhere"

    with pytest.raises(BrokenCity) as broken:
        load_city(demo)

    assert [fault["path"] for fault in broken.value.errors] == [f"$.questions[{index}].schema"]
    assert City.objects.get().name_en == "Shijiazhuang (demo)"


@pytest.mark.django_db
def test_a_version_that_is_no_longer_named_is_kept_for_reading_and_can_come_back(demo: Document) -> None:
    load_city(demo)
    first = ("road_surface", 1)
    kept = [row for row in demo["questions"] if (row["category"], row["version"]) != first]
    fewer = {**demo, "questions": kept}

    load_city(fewer)

    assert dump_city() == canonical(fewer)
    assert not QuestionSet.objects.get(category__code="road_surface", version=1).is_accepted
    assert set(current_snapshot().category("road_surface").question_sets) == {2}
    load_city(demo)
    assert dump_city() == demo


@pytest.mark.django_db
def test_measured_times_and_questions_keep_no_category_that_nobody_needs(demo: Document) -> None:
    load_city(demo)
    figures = {"phase": "resolve", "cases": 5, "open_cases": 0, "measured_at": NOW}
    MeasuredTime.objects.create(category=Category.objects.get(code="street_light"), **figures)

    loaded = load_city(_small())

    assert "street_light" in loaded.removed
    assert MeasuredTime.objects.count() == QuestionSet.objects.count() == 0


@pytest.mark.django_db
def test_the_test_organisation_belongs_to_no_city(demo: Document) -> None:
    Organisation.objects.create(
        code="sandbox", kind="institution", name_zh="测试", name_en="Test", is_sandbox=True
    )

    load_city(demo)

    assert dump_city() == demo
    assert Organisation.objects.get(code="sandbox").ends_on is None


@pytest.mark.django_db
def test_what_nobody_refers_to_is_removed(demo: Document) -> None:
    load_city(demo)

    loaded = load_city(_small())

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

    loaded = load_city(_small())

    assert loaded.closed == ["xidao-works"]
    assert Organisation.objects.get(code="xidao-works").ends_on is not None
    assert Membership.objects.count() == 1
    assert dump_city() == canonical(_small())


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


def _small() -> Document:
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


def _set(path: str, value: Any) -> Callable[[Document], None]:
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

DEEP = {"properties": {"depth": {"minimum": 50}}, "required": ["depth"]}


def _asking(**question: str) -> dict[str, Any]:
    return {"type": "object", "properties": {"depth": {"type": "integer", **question}}}


def _ask(*schemas: dict[str, Any], category: str = "hole", version: int = 1) -> Callable[[Document], None]:
    rows = [{"category": category, "version": version, "schema": schema} for schema in schemas]
    return _set("questions", rows)


def _stop(**fields: Any) -> Callable[[Document], None]:
    return _set("stoppers", [{"code": "stop", "text_zh": "停", "text_en": "Stop", **fields}])


FAULTS = [
    ("$.format", "commonway-city/1", _set("format", "other/9")),
    ("$", "'colour' was unexpected", _set("colour", "red")),
    ("$.city.latitude", "is greater than the maximum", _set("city.latitude", 114.5)),
    ("$.city.latitude", "outside the bounding box", _set("city.latitude", 39.0)),
    ("$.city.bbox", "west, south, east, north", _set("city.bbox", [38.0, 114.4, 38.1, 114.6])),
    ("$.city.timezone", "not known", _set("city.timezone", "Asia/Atlantis")),
    ("$.calendars[0].timezone", "not known", _set("calendars.0.timezone", "../etc")),
    ("$.calendars[0].hours", "in order", _set("calendars.0.hours", {"monday": [["17:00", "09:00"]]})),
    ("$.calendars[0].hours", "never comes to an end", _set("calendars.0.hours", {"monday": []})),
    ("$.calendars[0].hours.monday[0][0]", "does not match", _set("calendars.0.hours.monday.0.0", "9 am")),
    ("$.calendars[0].country", "No public holidays", _set("calendars.0.country", "QQ")),
    ("$.calendars[0].extra_off[0]", "does not match", _set("calendars.0.extra_off", ["tomorrow"])),
    ("$.calendars[0].extra_off[0]", "is not a 'date'", _set("calendars.0.extra_off", ["2026-02-30"])),
    ("$.calendars[1].code", "used before", _twice("calendars")),
    ("$.organisations[0].kind", "is not one of", _set("organisations.0.kind", "club")),
    ("$.organisations[0].mandate", "has a mandate", _set("organisations.0.kind", "spe")),
    ("$.organisations[0].parent", "There is no 'ministry'", _set("organisations.0.parent", "ministry")),
    ("$.organisations[0].parent", "above itself", _set("organisations.0.parent", "bureau")),
    ("$.organisations", "must be steering", _set("organisations.0.is_steering", False)),
    ("$.organisations[1].is_steering", "steering already", _twice("organisations")),
    (
        "$.areas[0].polygon.type",
        "is not one of",
        _set("areas.0.polygon", {"type": "Point", "coordinates": [1]}),
    ),
    ("$.areas[0].polygon", "rings of positions", _set("areas.0.polygon.coordinates", [[1, 2]])),
    ("$.areas[0].polygon", "rings of positions", _set("areas.0.polygon.coordinates.0.0", ["114.4", "38"])),
    ("$.areas[0].polygon", "at least one ring", _set("areas.0.polygon.coordinates", [])),
    ("$.areas[0].polygon", "Self-intersection", _set("areas.0.polygon", BOWTIE)),
    ("$.areas[0].polygon", "counter-clockwise", _set("areas.0.polygon", CLOCKWISE)),
    ("$.areas[0].polygon", "not closed", _set("areas.0.polygon", OPEN)),
    ("$.areas[0].polygon", "leaves the earth", _set("areas.0.polygon", SWAPPED)),
    ("$.areas[0].polygon", "outside the city", _set("areas.0.polygon", ELSEWHERE)),
    (
        "$.areas[0].valid_to",
        "before it starts",
        lambda document: document["areas"][0].update(valid_from="2026-02-01", valid_to="2026-01-01"),
    ),
    ("$.categories[1].code", "does not match", _set("categories.1.code", "a hole")),
    ("$.categories[1].kinds[0]", "is not one of", _set("categories.1.kinds", ["rant"])),
    ("$.categories[1].kinds", "at least one kind", _set("categories.1.kinds", [])),
    ("$.categories[1].parent", "There is no 'sky'", _set("categories.1.parent", "sky")),
    ("$.categories[1].parent", "no group", _set("categories.0.kinds", ["problem"])),
    ("$.categories[1].calendar", "There is no 'moon'", _set("categories.1.calendar", "moon")),
    ("$.categories[1].icon", "does not match", _set("categories.1.icon", "A Hole")),
    ("$.categories[1].photo_rule", "is not one of", _set("categories.1.photo_rule", "perhaps")),
    ("$.city.emergency_numbers[0]", "required", _set("city.emergency_numbers", [{"number": "110"}])),
    ("$.questions[0].category", "There is no 'x'", _ask({"type": "object"}, category="x")),
    ("$.questions[0].category", "takes reports", _ask({"type": "object"}, category="roads")),
    ("$.questions[0].version", "minimum", _ask({"type": "object"}, version=0)),
    ("$.questions[1].version", "used before", _ask({"type": "object"}, {"type": "object"})),
    ("$.questions[0].schema", "is not valid under any", _ask({"type": "shape"})),
    ("$.questions[0].schema", "x-title-zh", _ask(_asking(title="How deep?"))),
    ("$.questions[0].schema", "properties of an object", _ask({"type": "array"})),
    ("$.questions[0].schema", "refer", _ask({"type": "object", "$ref": "https://example.org/"})),
    ("$.stoppers[0].category", "There is no 'x'", _stop(category="x")),
    ("$.stoppers[0].area", "There is no 'x'", _stop(area="x")),
    ("$.stoppers[0].calendar", "There is no 'x'", _stop(calendar="x")),
    ("$.stoppers[0].text_en", "should be non-empty", _stop(text_en="")),
    ("$.stoppers[0].valid_to", "before it starts", _stop(valid_from="2026-02-01", valid_to="2026-01-01")),
    ("$.stoppers[0].condition", "never asked for: depth", _stop(category="hole", condition=DEEP)),
    ("$.stoppers[0].condition", "never asked for", _stop(condition=DEEP)),
    (
        "$.stoppers[0].condition",
        "nothing is answered",
        _stop(category="hole", condition={"properties": DEEP["properties"]}),
    ),
    (
        "$.categories[1].acknowledge_hours",
        "before it is resolved",
        lambda document: document["categories"][1].update(acknowledge_hours=9, resolve_hours=8),
    ),
    ("$.responsibilities[0].category", "There is no 'x'", _set("responsibilities.0.category", "x")),
    ("$.responsibilities[0].area", "There is no 'x'", _set("responsibilities.0.area", "x")),
    ("$.responsibilities[0].organisation", "There is no 'x'", _set("responsibilities.0.organisation", "x")),
    ("$.responsibilities[0].role", "is not one of", _set("responsibilities.0.role", "boss")),
    ("$.responsibilities[0].role", "Nobody owns 'hole'", _set("responsibilities.0.role", "executor")),
    ("$.responsibilities[0].precedence", "minimum", _set("responsibilities.0.precedence", -1)),
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
    document = _small()
    change(document)

    faults = validate(document)

    assert [fault for fault in faults if fault.path == path and words in fault.message], faults


@pytest.mark.parametrize("document", [None, [], "city", 7, {}, {"format": "commonway-city/1"}])
def test_what_is_no_document_is_a_fault_and_no_crash(document: Any) -> None:
    assert validate(document)


def test_every_fault_is_named_at_once() -> None:
    document = _small()
    for path, value in [
        ("city.timezone", "Asia/Atlantis"),
        ("areas.0.polygon", BOWTIE),
        ("responsibilities.0.area", "x"),
    ]:
        _set(path, value)(document)

    assert sorted({fault.path for fault in validate(document)}) == [
        "$.areas[0].polygon",
        "$.city.timezone",
        "$.responsibilities[0].area",
    ]


@pytest.mark.django_db
def test_a_broken_document_writes_nothing(demo: Document) -> None:
    load_city(demo)
    broken = _small()
    _set("areas.0.polygon", BOWTIE)(broken)

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
    broken = _small()
    _set("responsibilities.0.area", "x")(broken)
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
