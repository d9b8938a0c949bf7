"""The configuration in force: frozen in memory, looked at again when its version has grown."""

import threading
import time
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from datetime import time as clock
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from accounts.models import Organisation
from routing import measured
from routing.decision import RoutingDecision
from routing.models import Area, Calendar, Category, City, QuestionSet, Responsibility, Stopper
from routing.rows import AreaRow, CategoryRow, CityRow, Json, OrganisationRow, RuleRow, StopperRow
from routing.snapshot import Snapshot
from routing.worktime import WorkCalendar

LOOK_EVERY_S = 1.0

Piece = Area | Calendar | Category | City | Responsibility | Stopper


class _Held:
    """The snapshot of this process, and when its version was last compared with the database's."""

    snapshot: Snapshot | None = None
    looked_at = float("-inf")
    lock = threading.Lock()


def current_snapshot() -> Snapshot:
    """The configuration in force; another process's change is seen within a second.

    One statement at most once a second, eight more after a change. Without a city it is built anew every
    second.
    """
    held = _Held.snapshot
    if held is not None and time.monotonic() - _Held.looked_at < LOOK_EVERY_S:
        return held
    with _Held.lock:
        version = City.objects.order_by("pk").values_list("version", flat=True).first() or 0
        held = _Held.snapshot
        if held is None or not version or held.version != version:
            held = build_snapshot()
        _Held.snapshot, _Held.looked_at = held, time.monotonic()
        return held


def resolve(
    category_code: str,
    latitude: float | None,
    longitude: float | None,
    at: datetime,
    accuracy_m: float | None = None,
) -> RoutingDecision:
    """Say who answers under the configuration in force; see :meth:`Snapshot.resolve`."""
    return current_snapshot().resolve(category_code, latitude, longitude, at, accuracy_m)


def forget_snapshot() -> None:
    """Look at the database again at the next question."""
    _Held.snapshot, _Held.looked_at = None, float("-inf")
    measured.forget()


@transaction.atomic
def save(thing: Piece) -> None:
    """Keep one changed or new piece of the configuration and tell every process.

    Raises django's ValidationError if it is not well formed.
    """
    thing.full_clean()
    thing.save()
    configuration_changed()


@transaction.atomic
def save_category(category: Category, questions: Json) -> QuestionSet | None:
    """Keep a category and what is asked of it from now on; questions that changed become the next version.

    What was asked before stays as it was. Returns the version in force, None if nothing was ever asked.
    Raises django's ValidationError if anything is not well formed.
    """
    save(category)
    newest = QuestionSet.objects.select_for_update().filter(category=category).order_by("-version").first()
    if (newest.schema if newest else {}) == questions:
        return newest
    asked = QuestionSet(
        category=category, version=newest.version + 1 if newest else 1, schema=dict(questions)
    )
    asked.full_clean()
    asked.save()
    return asked


@transaction.atomic
def remove(things: Iterable[Area | Calendar | Category | Responsibility | Stopper]) -> None:
    """Take pieces out of the configuration and tell every process.

    Raises django's ProtectedError if something still refers to one of them.
    """
    for thing in things:
        thing.delete()
    configuration_changed()


def configuration_changed() -> None:
    """Note a change of the configuration; every process rebuilds its snapshot within a second.

    Versions follow the clock, so that one that was rolled back is never given to another configuration.
    """
    now = Value(time.time_ns() // 1_000_000)
    City.objects.update(version=Greatest(F("version") + 1, now))
    forget_snapshot()
    transaction.on_commit(forget_snapshot)


def build_snapshot() -> Snapshot:
    """Read the whole configuration and freeze it: eight statements."""
    city = City.objects.order_by("pk").first()
    questions = _question_sets()
    return Snapshot.build(
        areas=[_area(row) for row in Area.objects.select_related("parent").order_by("code")],
        categories=[
            _category(row, questions.get(row.pk, {}))
            for row in Category.objects.select_related("parent", "calendar").order_by("code")
        ],
        organisations=[_organisation(row) for row in Organisation.objects.order_by("code")],
        rules=[_rule(row) for row in _rules()],
        calendars=[_calendar(row) for row in Calendar.objects.order_by("code")],
        version=city.version if city else 0,
        city=_city(city) if city else None,
    )


def _rules() -> Any:
    return Responsibility.objects.select_related("category", "area", "organisation").order_by("code")


def _city(row: City) -> CityRow:
    return CityRow(
        row.code,
        row.name_zh,
        row.name_en,
        row.timezone,
        row.latitude,
        row.longitude,
        tuple(row.bbox) if row.bbox else None,
        row.outline,
        tuple((point[0], point[1]) for point in row.default_points),
        row.emergency_zh,
        row.emergency_en,
        tuple(row.emergency_numbers),
        tuple(map(_stopper, Stopper.objects.select_related("category", "area", "calendar").order_by("code"))),
    )


def _question_sets() -> dict[int, dict[int, Json]]:
    """Return the accepted questions by the key of their category and by version."""
    found: dict[int, dict[int, Json]] = {}
    for row in QuestionSet.objects.filter(is_accepted=True).order_by("version"):
        found.setdefault(row.category_id, {})[row.version] = row.schema
    return found


def _stopper(row: Stopper) -> StopperRow:
    return StopperRow(
        code=row.code,
        category=row.category.code if row.category else None,
        area=row.area.code if row.area else None,
        text_zh=row.text_zh,
        text_en=row.text_en,
        condition=row.condition,
        calendar=row.calendar.code if row.calendar else None,
        is_blocking=row.is_blocking,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _area(row: Area) -> AreaRow:
    parent = row.parent.code if row.parent else None
    return AreaRow(
        row.code, row.polygon, row.kind, row.name_zh, row.name_en, parent, row.valid_from, row.valid_to
    )


def _category(row: Category, question_sets: Mapping[int, Json]) -> CategoryRow:
    return CategoryRow(
        code=row.code,
        parent=row.parent.code if row.parent else None,
        name_zh=row.name_zh,
        name_en=row.name_en,
        kinds=tuple(row.kinds),
        subsystems=tuple(row.subsystems),
        is_hazard=row.is_hazard,
        is_private_by_default=row.is_private_by_default,
        icon=row.icon,
        photo_rule=row.photo_rule,
        needs_countersign=row.needs_countersign,
        question_sets=question_sets,
        keywords=row.keywords,
        acknowledge_hours=row.acknowledge_hours,
        resolve_hours=row.resolve_hours,
        calendar=row.calendar.code if row.calendar else None,
        is_active=row.is_active,
        pk=row.pk,
    )


def _organisation(row: Organisation) -> OrganisationRow:
    return OrganisationRow(
        row.code, row.name_zh, row.name_en, row.kind, row.is_steering, row.starts_on, row.ends_on, row.pk
    )


def _rule(row: Responsibility) -> RuleRow:
    return RuleRow(
        row.code,
        row.category.code if row.category else None,
        row.area.code if row.area else None,
        row.organisation.code,
        row.role,
        row.precedence,
        row.valid_from,
        row.valid_to,
    )


def _calendar(row: Calendar) -> WorkCalendar:
    hours = {int(day): tuple((_clock(a), _clock(b)) for a, b in spans) for day, spans in row.hours.items()}
    return WorkCalendar(
        row.code,
        row.timezone,
        hours,
        row.country,
        row.subdivision,
        frozenset(date.fromisoformat(day) for day in row.extra_off),
        frozenset(date.fromisoformat(day) for day in row.extra_on),
    )


def _clock(text: str) -> clock:
    return clock.fromisoformat(text)
