"""A city document carries what is asked and said before sending; versions of questions are for ever."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Organisation
from routing.city import canonical, dump_city, load_city, validate
from routing.errors import BrokenCity
from routing.models import Category, City, MeasuredTime, QuestionSet
from routing.services import current_snapshot
from tests.routing.scenes import NOW
from tests.routing.test_city import DEMO, Document, set_in, small_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo() -> Document:
    found: Document = json.loads(DEMO.read_text(encoding="utf-8"))
    return found


def test_a_new_version_of_questions_keeps_the_old_one(demo: Document) -> None:
    load_city(demo)
    lamp = next(row for row in demo["questions"] if row["category"] == "street_light")
    demo["questions"].append({**lamp, "version": 2, "schema": {"type": "object"}})

    load_city(demo)

    assert dump_city() == canonical(demo)
    found = current_snapshot().category("street_light")
    assert (found.questions_version, found.question_sets[1]) == (2, lamp["schema"])


def test_a_version_that_was_published_cannot_be_changed(demo: Document) -> None:
    load_city(demo)
    index = next(i for i, row in enumerate(demo["questions"]) if row["category"] == "street_light")
    demo["questions"][index]["schema"] = {"type": "object"}
    demo["city"]["name_en"] = "Elsewhere"

    with pytest.raises(BrokenCity) as broken:
        load_city(demo)

    assert [fault["path"] for fault in broken.value.errors] == [f"$.questions[{index}].schema"]
    assert City.objects.get().name_en == "Shijiazhuang (demo)"


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


def test_measured_times_and_questions_keep_no_category_that_nobody_needs(demo: Document) -> None:
    load_city(demo)
    figures = {"phase": "resolve", "cases": 5, "open_cases": 0, "measured_at": NOW}
    MeasuredTime.objects.create(category=Category.objects.get(code="street_light"), **figures)

    loaded = load_city(small_city())

    assert "street_light" in loaded.removed
    assert MeasuredTime.objects.count() == QuestionSet.objects.count() == 0


def test_the_test_organisation_belongs_to_no_city(demo: Document) -> None:
    Organisation.objects.create(
        code="sandbox", kind="institution", name_zh="测试", name_en="Test", is_sandbox=True
    )

    load_city(demo)

    assert dump_city() == demo
    assert Organisation.objects.get(code="sandbox").ends_on is None


DEEP = {"properties": {"depth": {"minimum": 50}}, "required": ["depth"]}


def _asking(**question: str) -> dict[str, Any]:
    return {"type": "object", "properties": {"depth": {"type": "integer", **question}}}


def _ask(*schemas: dict[str, Any], category: str = "hole", version: int = 1) -> Callable[[Document], None]:
    rows = [{"category": category, "version": version, "schema": schema} for schema in schemas]
    return set_in("questions", rows)


def _stop(**fields: Any) -> Callable[[Document], None]:
    return set_in("stoppers", [{"code": "stop", "text_zh": "停", "text_en": "Stop", **fields}])


ASKING_FAULTS = [
    ("$.categories[1].icon", "does not match", set_in("categories.1.icon", "A Hole")),
    ("$.categories[1].photo_rule", "is not one of", set_in("categories.1.photo_rule", "perhaps")),
    ("$.city.emergency_numbers[0]", "required", set_in("city.emergency_numbers", [{"number": "110"}])),
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
]


@pytest.mark.parametrize(("path", "words", "change"), ASKING_FAULTS)
def test_a_fault_of_what_is_asked_is_named_by_its_path(
    path: str, words: str, change: Callable[[Document], None]
) -> None:
    document = small_city()
    change(document)

    faults = validate(document)

    assert [fault for fault in faults if fault.path == path and words in fault.message], faults
