"""The snapshot in memory follows the database, and the admin's changes go the same way."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin import site
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation, User
from routing import services
from routing.models import Area, Calendar, Category, City, MeasuredTime, QuestionSet, Responsibility, Stopper
from tests.routing.scenes import NOW, rectangle


def test_a_saved_rule_answers_at_once(city: Any) -> None:
    assert services.resolve("noise", 38.05, 114.45, NOW).organisation is None

    services.save(
        Responsibility(
            code="noise-all",
            category=Category.objects.get(code="noise"),
            organisation=Organisation.objects.get(code="works"),
            role="owner",
        )
    )

    assert services.resolve("noise", 38.05, 114.45, NOW).organisation == "works"


def test_a_removed_rule_no_longer_answers(city: Any) -> None:
    assert services.resolve("lamp", 38.05, 114.45, NOW).organisation == "works"

    services.remove(Responsibility.objects.filter(category__code="lamp"))

    assert services.resolve("lamp", 38.05, 114.45, NOW).triage_reason == "nobody"


def test_another_processs_change_is_seen_within_a_second(city: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("routing.services.time.monotonic", lambda: clock[0])
    before = services.current_snapshot()
    City.objects.update(version=before.version + 1)

    clock[0] += 0.9
    assert services.current_snapshot() is before

    clock[0] += 0.2
    assert services.current_snapshot().version == before.version + 1


def test_an_unchanged_version_keeps_the_snapshot(city: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("routing.services.time.monotonic", lambda: clock[0])
    before = services.current_snapshot()

    clock[0] += 60

    assert services.current_snapshot() is before


def test_versions_only_grow(city: Any) -> None:
    versions = []
    for _ in range(3):
        services.configuration_changed()
        versions.append(City.objects.get().version)

    assert versions == sorted(set(versions))


def test_a_broken_piece_is_not_saved(city: Any) -> None:
    bowtie = {"type": "Polygon", "coordinates": [[[114, 38], [115, 39], [115, 38], [114, 39], [114, 38]]]}

    with pytest.raises(ValidationError) as refusal:
        services.save(Area(code="bowtie", name_zh="结", name_en="Bow", polygon=bowtie))

    assert list(refusal.value.message_dict) == ["polygon"]


def _organisation() -> Organisation:
    return Organisation.objects.get(code="works")


BROKEN: dict[str, Callable[[], Any]] = {
    "two cities": lambda: City.objects.create(code="x", name_zh="x", name_en="x", latitude=0, longitude=0),
    "a centre off the earth": lambda: City.objects.update(latitude=114.5),
    "an area that ends before it starts": lambda: Area.objects.update(
        valid_from="2026-02-01", valid_to="2026-01-01"
    ),
    "an area under itself": lambda: Area.objects.filter(code="west").update(
        parent=Area.objects.get(code="west")
    ),
    "a category under itself": lambda: Category.objects.filter(code="noise").update(
        parent=Category.objects.get(code="noise")
    ),
    "resolved before acknowledged": lambda: Category.objects.update(acknowledge_hours=9, resolve_hours=8),
    "questions of version 0": lambda: QuestionSet.objects.create(
        category=Category.objects.get(code="lamp"), version=0
    ),
    "an unknown rule for photos": lambda: Category.objects.update(photo_rule="perhaps"),
    "a stopper without words": lambda: Stopper.objects.create(code="mute", text_zh="", text_en="Stop"),
    "a condition on nobody's answers": lambda: Stopper.objects.create(
        code="all", text_zh="停", text_en="Stop", condition={"required": ["depth"]}
    ),
    "a rule that ends before it starts": lambda: Responsibility.objects.update(
        valid_from="2026-02-01", valid_to="2026-01-01"
    ),
    "an unknown role": lambda: Responsibility.objects.update(role="boss"),
    "a precedence out of bounds": lambda: Responsibility.objects.update(precedence=10_000),
    "the same rule twice": lambda: Responsibility.objects.create(
        code="again",
        category=Category.objects.get(code="lamp"),
        organisation=Organisation.objects.get(code="works"),
        role="owner",
    ),
    "a code twice": lambda: Calendar.objects.bulk_create(
        [Calendar(code="x", timezone="UTC"), Calendar(code="x", timezone="UTC")]
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_the_database_itself_refuses(city: Any, what: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        BROKEN[what]()


@pytest.fixture
def chief(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("chief@example.org", "a long enough pass-phrase"))
    return client


@pytest.mark.parametrize("model", [Area, Calendar, Category, City, MeasuredTime, Responsibility, Stopper])
def test_the_admin_lists_and_shows_each_piece(city: Any, chief: Client, model: Any) -> None:
    Calendar.objects.create(code="office", timezone="Asia/Shanghai", hours={"0": [["09:00", "17:00"]]})
    Stopper.objects.create(code="stop", text_zh="停", text_en="Stop")
    figures = {"phase": "resolve", "cases": 5, "open_cases": 0, "measured_at": NOW}
    MeasuredTime.objects.create(category=Category.objects.get(code="lamp"), **figures)
    thing = model.objects.first()
    name = f"admin:routing_{model._meta.model_name}"

    assert model in site._registry
    assert chief.get(reverse(f"{name}_changelist")).status_code == 200
    assert chief.get(reverse(f"{name}_change", args=[thing.pk])).status_code == 200


def test_a_change_in_the_admin_reaches_the_snapshot(city: Any, chief: Client) -> None:
    east = Area.objects.get(code="east")
    before = City.objects.get().version
    form = {
        "code": "east",
        "kind": "district",
        "name_zh": "东区",
        "name_en": "Far East",
        "polygon": json.dumps(rectangle(114.5, 114.6)),
    }

    answer = chief.post(reverse("admin:routing_area_change", args=[east.pk]), form)

    assert answer.status_code == 302
    assert City.objects.get().version > before
    assert services.current_snapshot().area_name("east", "en") == "Far East"


def test_a_deletion_in_the_admin_reaches_the_snapshot(city: Any, chief: Client) -> None:
    rule = Responsibility.objects.get(code="lamp-all-works")

    chief.post(reverse("admin:routing_responsibility_delete", args=[rule.pk]), {"post": "yes"})

    assert services.resolve("lamp", 38.05, 114.45, NOW).organisation is None


DEPTH = {
    "type": "object",
    "properties": {"depth": {"type": "integer", "title": "Depth", "x-title-zh": "深度"}},
}


def category_form(**changes: Any) -> dict[str, Any]:
    """The street lamp as the admin's form sends it."""
    lamp = Category.objects.select_related("parent").get(code="lamp")
    inline = {f"question_sets-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")}
    form = {
        "code": "lamp",
        "parent": lamp.parent.pk if lamp.parent else "",
        "name_zh": lamp.name_zh,
        "name_en": lamp.name_en,
        "kinds": json.dumps(lamp.kinds),
        "subsystems": "[]",
        "photo_rule": lamp.photo_rule,
        "keywords": "{}",
        "external_codes": "{}",
        "is_active": "on",
        "questions": "{}",
    }
    return {**form, **inline, **changes}


def test_questions_edited_in_the_admin_become_the_next_version(city: Any, chief: Client) -> None:
    url = reverse("admin:routing_category_change", args=[Category.objects.get(code="lamp").pk])

    for questions in ({}, DEPTH, DEPTH, {**DEPTH, "required": ["depth"]}, {}):
        answer = chief.post(url, category_form(questions=json.dumps(questions), icon="lamp"))
        assert answer.status_code == 302, answer.content.decode()

    row = services.current_snapshot().categories["lamp"]
    assert (row.icon, row.questions_version, row.questions) == ("lamp", 3, {})
    assert row.question_sets == {1: DEPTH, 2: {**DEPTH, "required": ["depth"]}, 3: {}}
    assert "depth" in chief.get(url).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"questions": '{"type": "shape"}'}, "is not valid"),
        ({"questions": '{"type": "object", "properties": {"a": {"title": "A"}}}'}, "x-title-zh"),
        ({"questions": '{"type": "object"}', "kinds": "[]"}, "A group asks no questions."),
        ({"icon": "A Lamp"}, "small letters"),
    ],
)
def test_the_admin_says_what_is_wrong_with_a_category(
    city: Any, chief: Client, changes: dict[str, str], words: str
) -> None:
    url = reverse("admin:routing_category_change", args=[Category.objects.get(code="lamp").pk])

    page = chief.post(url, category_form(**changes), headers={"Accept-Language": "en"})

    assert (page.status_code, words in page.content.decode()) == (200, True)
    assert not QuestionSet.objects.exists()


def test_a_stopper_made_in_the_admin_holds_at_once(city: Any, chief: Client) -> None:
    url = reverse("admin:routing_stopper_add")
    words = {"code": "stop", "text_zh": "停", "text_en": "Stop"}

    wrong = chief.post(url, {**words, "condition": '{"required": ["depth"]}'})
    asked = {**words, "condition": '{"properties": {"depth": {"minimum": 9}}, "required": ["depth"]}'}
    lamp = {**asked, "category": Category.objects.get(code="lamp").pk}
    unasked = chief.post(url, lamp, headers={"Accept-Language": "en"})
    right = chief.post(url, {**words, "condition": "{}", "is_blocking": "on"})

    assert [page.status_code for page in (wrong, unasked, right)] == [200, 200, 302]
    assert "never asked this: depth" in unasked.content.decode()
    current = services.current_snapshot().city
    assert current is not None
    assert [stopper.code for stopper in current.stoppers] == ["stop"]
