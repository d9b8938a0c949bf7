"""A whole city as one JSON document: checked, loaded, and written back the same.

Loading makes the configuration what the document says: new rows are made, known ones changed, and what the
document no longer names is removed, or closed if reports or people still refer to it. Loading the same
document twice changes nothing.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone

from accounts.models import Organisation
from routing.city_checks import Fault, validate
from routing.city_rows import (
    is_referred_to,
    row_of,
    write_anew,
    write_calendars,
    write_city,
    write_questions,
    write_tree,
)
from routing.city_schema import DEFAULTS, FORMAT, LISTS, WEEKDAYS, identity_of, keys_of
from routing.errors import BrokenCity
from routing.models import Area, Calendar, Category, City, QuestionSet, Responsibility, Stopper
from routing.services import configuration_changed

__all__ = ["Fault", "Loaded", "canonical", "dump_city", "load_city", "validate", "written"]

Row = Mapping[str, Any]
LINE_LENGTH = 140
FIRST_KEYS = ("type", "title", "x-title-zh", *WEEKDAYS, "if", "then", "else")
_Thing = TypeVar("_Thing", Category, Organisation)


@dataclass
class Loaded:
    """What loading did: how many rows of each list it made or kept up, and which it removed or closed."""

    is_changed: bool = False
    kept: dict[str, int] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


def canonical(document: Row) -> dict[str, Any]:
    """Return the one way to write a valid document:

    lists in the order of codes, nothing that goes without saying.
    """
    lists = {
        name: [
            _without_defaults(name, row)
            for row in sorted(document.get(name, []), key=partial(identity_of, name))
        ]
        for name in LISTS
    }
    return {"format": FORMAT, "city": _without_defaults("city", document["city"]), **lists}


def written(document: Row) -> str:
    """Return a document as text with one line for each row, so that one changed row is one changed line.

    Extra questions, which are long, have one line for each question.
    """
    lines = ["{", f' "format": {_json(document["format"])},', f' "city": {_json(document["city"])},']
    for name in LISTS:
        write = partial(_laid_out, indent=2) if name == "questions" else _json
        rows = ",\n".join(f"  {write(row)}" for row in document[name])
        lines.append(f' "{name}": [\n{rows}\n ]' + ("," if name != LISTS[-1] else ""))
    return "\n".join([*lines, "}"])


def dump_city() -> dict[str, Any]:
    """Return the configuration in force as a canonical document; an empty one has no ``city``.

    Left out are categories that were closed, and organisations whose time is over and that answer for
    nothing.
    """
    city = City.objects.first()
    if city is None:
        return {}
    found: dict[str, Iterable[models.Model]] = {
        "calendars": Calendar.objects.all(),
        "organisations": _organisations_in_force(),
        "areas": Area.objects.select_related("parent"),
        "categories": Category.objects.filter(is_active=True).select_related("parent", "calendar"),
        "questions": QuestionSet.objects.filter(is_accepted=True, category__is_active=True).select_related(
            "category"
        ),
        "stoppers": Stopper.objects.select_related("category", "area", "calendar"),
        "responsibilities": Responsibility.objects.select_related("category", "area", "organisation"),
    }
    lists = {name: [row_of(thing, name) for thing in things] for name, things in found.items()}
    return canonical({"city": row_of(city, "city"), **lists})


@transaction.atomic
def load_city(document: Any) -> Loaded:
    """Make the configuration what the document says, all of it or nothing.

    Raises BrokenCity, naming every fault by its path; then nothing is written. One fault only the database
    knows: a version of questions that was published with others.
    """
    if faults := validate(document):
        errors = [{"path": fault.path, "message": fault.message} for fault in faults]
        raise BrokenCity(f"The city document has {len(faults)} faults.", errors)
    wanted = canonical(document)
    loaded = Loaded(kept={name: len(wanted[name]) for name in LISTS})
    if dump_city() == wanted:
        return loaded
    loaded.is_changed = True
    _write(wanted)
    _remove_the_rest(wanted, loaded)
    configuration_changed()
    return loaded


def _write(document: Row) -> None:
    write_city(document["city"])
    write_calendars(document["calendars"])
    write_tree(Organisation.objects, "organisations", document["organisations"])
    write_tree(Area.objects, "areas", document["areas"])
    write_tree(Category.objects, "categories", document["categories"])
    Category.objects.filter(code__in=_codes(document["categories"])).update(is_active=True)
    write_questions(document["questions"])
    write_anew(document)


def _remove_the_rest(document: Row, loaded: Loaded) -> None:
    """Remove what the document does not name, and close what cannot be removed because its past is needed."""
    areas = Area.objects.exclude(code__in=_codes(document["areas"]))
    loaded.removed += areas.values_list("code", flat=True)
    areas.update(parent=None)
    areas.delete()
    categories = Category.objects.exclude(code__in=_codes(document["categories"]))
    _remove_or_close(categories, _close_category, loaded)
    ours = Organisation.objects.filter(is_sandbox=False)  # the test organisation belongs to no city
    organisations = ours.exclude(code__in=_codes(document["organisations"]))
    _remove_or_close(organisations, _close_organisation, loaded)
    calendars = Calendar.objects.exclude(code__in=_codes(document["calendars"]))
    loaded.removed += calendars.values_list("code", flat=True)
    calendars.delete()


def _remove_or_close(
    things: models.QuerySet[_Thing], close: Callable[[_Thing], None], loaded: Loaded
) -> None:
    things.update(parent=None)
    for thing in things:
        if is_referred_to(thing):
            close(thing)
            loaded.closed.append(thing.code)
        else:
            thing.delete()
            loaded.removed.append(thing.code)


def _close_category(category: Category) -> None:
    Category.objects.filter(pk=category.pk).update(is_active=False, calendar=None)


def _close_organisation(organisation: Organisation) -> None:
    """End its time yesterday, unless it had ended before."""
    yesterday = timezone.localdate() - timedelta(days=1)
    last = min(organisation.ends_on or yesterday, yesterday)
    first = organisation.starts_on
    Organisation.objects.filter(pk=organisation.pk).update(
        ends_on=last, starts_on=min(first, last) if first else None, is_steering=False
    )


def _organisations_in_force() -> list[Organisation]:
    answering = set(Responsibility.objects.values_list("organisation_id", flat=True))
    above = set(Organisation.objects.values_list("parent_id", flat=True))
    today = timezone.localdate()
    return [
        organisation
        for organisation in Organisation.objects.filter(is_sandbox=False).select_related("parent")
        if organisation.ends_on is None
        or organisation.ends_on >= today
        or organisation.pk in answering | above
    ]


def _without_defaults(name: str, row: Row) -> dict[str, Any]:
    usual = DEFAULTS[name]
    return {
        key: _in_order(row[key])
        for key in keys_of(name)
        if key in row and not (key in usual and row[key] == usual[key])
    }


def _in_order(value: Any) -> Any:
    """Put keys in one order at every depth: a database may hand them back in another than it was given."""
    if isinstance(value, Mapping):
        return {key: _in_order(value[key]) for key in sorted(value, key=_place_of_key)}
    return [_in_order(part) for part in value] if isinstance(value, list) else value


def _place_of_key(key: str) -> tuple[int, str]:
    """What a thing is and asks first, weekdays and conditions as they come, all else by the alphabet."""
    return (FIRST_KEYS.index(key) if key in FIRST_KEYS else len(FIRST_KEYS)), key


def _laid_out(value: Any, indent: int) -> str:
    """Return JSON in which what is too long for a line is broken, outermost first."""
    line = _json(value)
    if indent + len(line) <= LINE_LENGTH or not isinstance(value, Mapping | list):
        return line
    if isinstance(value, Mapping):
        parts = [f"{_json(key)}: {_laid_out(part, indent + 1)}" for key, part in value.items()]
    else:
        parts = [_laid_out(part, indent + 1) for part in value]
    pad = "\n" + " " * (indent + 1)
    return line[0] + pad + f",{pad}".join(parts) + "\n" + " " * indent + line[-1]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _codes(rows: Iterable[Row]) -> list[str]:
    return [row["code"] for row in rows]
