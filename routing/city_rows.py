"""Between the rows of a city document and the rows of the database."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import models

from routing.city_schema import DEFAULTS, WEEKDAYS, keys_of
from routing.errors import BrokenCity
from routing.models import Calendar, Category, City, QuestionSet, Responsibility, Stopper

Row = Mapping[str, Any]
Table = models.Manager[Any]


def row_of(thing: models.Model, name: str) -> dict[str, Any]:
    """Return one row of the document's list ``name``; relations by the code of what they lead to."""
    row = {key: _plain(getattr(thing, key)) for key in keys_of(name)}
    if name == "calendars":
        row["hours"] = {WEEKDAYS[int(day)]: spans for day, spans in sorted(row["hours"].items())}
    return row


def write_city(row: Row) -> None:
    """Make the one city what the row says."""
    City.objects.update_or_create(is_the_one=True, defaults=_complete("city", row))


def write_calendars(rows: Sequence[Row]) -> None:
    """Make and change calendars."""
    _upsert(Calendar.objects, "calendars", [{**row, "hours": _by_number(row["hours"])} for row in rows])


def write_tree(table: Table, name: str, rows: Sequence[Row]) -> None:
    """Make and change rows that may stand under each other: first all of them, then who is under whom."""
    _upsert(table, name, [{**row, "parent": None} for row in rows])
    things = _by_code(table)
    for row in rows:
        things[row["code"]].parent = things.get(row.get("parent"))
    table.bulk_update([things[row["code"]] for row in rows], ["parent"])


def write_anew(document: Mapping[str, Sequence[Row]]) -> None:
    """Write all responsibilities and stoppers anew: nothing refers to them, and two may have swapped."""
    for table, name in ((Responsibility.objects, "responsibilities"), (Stopper.objects, "stoppers")):
        table.all().delete()
        _upsert(table, name, document[name])


def write_questions(rows: Sequence[Row]) -> None:
    """Publish versions of questions that are new; those the rows do not name are no longer accepted.

    Raises BrokenCity, naming each by its path, if a version was published with other questions.
    """
    published = {(one.category.code, one.version): one for one in _all_questions()}
    categories = _by_code(Category.objects)
    faults, new, accepted = [], [], []
    for index, row in enumerate(rows):
        known = published.get((row["category"], row["version"]))
        if known is None:
            category = categories[row["category"]]
            new.append(QuestionSet(category=category, version=row["version"], schema=row["schema"]))
        elif known.schema != row["schema"]:
            message = f"Version {row['version']} was published with other questions; give these the next."
            faults.append({"path": f"$.questions[{index}].schema", "message": message})
        else:
            accepted.append(known.pk)
    if faults:
        raise BrokenCity(f"The city document has {len(faults)} faults.", faults)
    QuestionSet.objects.exclude(pk__in=accepted).update(is_accepted=False)
    QuestionSet.objects.filter(pk__in=accepted).update(is_accepted=True)
    QuestionSet.objects.bulk_create(new)


def _all_questions() -> models.QuerySet[QuestionSet]:
    return QuestionSet.objects.select_related("category")


def is_referred_to(thing: models.Model) -> bool:
    """Tell whether any row outside the configuration, whatever becomes of it, leads to this one."""
    relations = thing._meta.get_fields(include_hidden=True)  # noqa: SLF001  # Django documents it
    referring: list[tuple[Any, str]] = [
        (relation.related_model, relation.field.name)
        for relation in relations
        if isinstance(relation, models.ForeignObjectRel)
        and relation.related_model._meta.app_label != Category._meta.app_label  # noqa: SLF001  # Django documents it
    ]
    return any(model.objects.filter(**{name: thing}).exists() for model, name in referring)


def _upsert(table: Table, name: str, rows: Iterable[Row]) -> None:
    """Make or change rows by their code, in one statement for all."""
    found = _related(table)
    things = [table.model(**_columns(_complete(name, row), found)) for row in rows]
    fields = [field.name for field in _columns_of(table) if field.name not in {"id", "code"}]
    table.bulk_create(things, update_conflicts=True, unique_fields=["code"], update_fields=fields)


def _related(table: Table) -> dict[str, dict[str, Any]]:
    """Return what each relation of a table can lead to, by code."""
    leads_to: dict[str, Any] = {
        field.name: field.related_model
        for field in _columns_of(table)
        if isinstance(field, models.ForeignKey)
    }
    return {name: _by_code(model.objects) for name, model in leads_to.items()}


def _columns_of(table: Table) -> list[Any]:
    return list(table.model._meta.concrete_fields)  # noqa: SLF001  # Django documents it


def _by_code(table: Table) -> dict[Any, Any]:
    return {thing.code: thing for thing in table.all()}


def _columns(row: Row, found: Mapping[str, Mapping[Any, Any]]) -> dict[str, Any]:
    return {key: found[key].get(value) if key in found else value for key, value in row.items()}


def _complete(name: str, row: Row) -> dict[str, Any]:
    return {**DEFAULTS[name], **row}


def _by_number(hours: Row) -> dict[str, Any]:
    return {str(WEEKDAYS.index(day)): spans for day, spans in hours.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.code  # type: ignore[attr-defined]  # all that a document names has a code
    return value.isoformat() if isinstance(value, date) else value
