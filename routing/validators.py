"""What a well-formed value of the configuration's JSON fields is; the admin and ``full_clean`` ask here."""

import json
import re
from collections.abc import Iterable
from datetime import date, time
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from routing.geometry import faults_of
from routing.questions import fits, untranslated

ICON_PATTERN: Final = "[a-z0-9]+(-[a-z0-9]+)*"
KINDS: Final = ("problem", "complaint", "suggestion", "enquiry")
SUBSYSTEMS: Final = (
    "traffic_information",
    "inquiry_service",
    "traffic_safety",
    "service_guide",
    "customised_service",
)


def polygon(value: Any) -> None:
    """Refuse what is no valid GeoJSON polygon on the earth."""
    if faults := faults_of(value):
        raise ValidationError(faults)


def bbox(value: Any) -> None:
    """Refuse what is not west, south, east, north, in order."""
    if not (_are_numbers(value) and len(value) == 4 and value[0] < value[2] and value[1] < value[3]):
        raise ValidationError(_("Give west, south, east and north as four numbers."))


def points(value: Any) -> None:
    """Refuse what is not a list of (latitude, longitude)."""
    good = isinstance(value, list) and all(_are_numbers(point) and len(point) == 2 for point in value)
    if not good or any(abs(latitude) > 90 or abs(longitude) > 180 for latitude, longitude in value):
        raise ValidationError(_("Give a list of pairs of latitude and longitude."))


def timezone(value: str) -> None:
    """Refuse a timezone that nobody knows."""
    if not is_timezone(value):
        raise ValidationError(_("This timezone is not known."))


def hours(value: Any) -> None:
    """Refuse working hours that are out of order or none at all."""
    if fault := fault_of_hours(value):
        raise ValidationError(fault)


def days(value: Any) -> None:
    """Refuse what is not a list of dates."""
    try:
        good = isinstance(value, list) and all(date.fromisoformat(day) for day in value)
    except (TypeError, ValueError):
        good = False
    if not good:
        raise ValidationError(_("Give a list of dates, each as 2026-10-01."))


def kinds(value: Any) -> None:
    """Refuse kinds that a report cannot be of."""
    _require_choice(value, KINDS)


def subsystems(value: Any) -> None:
    """Refuse what is none of the five."""
    _require_choice(value, SUBSYSTEMS)


def questions(value: Any) -> None:
    """Refuse what is no JSON Schema of an object."""
    if fault := fault_of_questions(value):
        raise ValidationError(fault)


def condition(value: Any) -> None:
    """Refuse what is no condition on answers."""
    if fault := fault_of_condition(value):
        raise ValidationError(fault)


def icon(value: str) -> None:
    """Refuse what is no name of an icon."""
    if value and not re.fullmatch(ICON_PATTERN, value):
        raise ValidationError(_("An icon's name is small letters, digits and hyphens."))


def emergency_numbers(value: Any) -> None:
    """Refuse what is not a list of numbers with their names."""
    keys = {"number", "name_zh", "name_en"}
    good = isinstance(value, list) and all(
        isinstance(row, dict)
        and set(row) == keys
        and all(isinstance(text, str) and text for text in row.values())
        for row in value
    )
    if not good:
        raise ValidationError(_("Give a list of numbers, each with number, name_zh and name_en."))


def is_timezone(value: str) -> bool:
    """Tell whether a timezone of this name exists."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def fault_of_hours(value: Any) -> str:
    """Return what is wrong with working hours by weekday, "" if nothing is."""
    if not isinstance(value, dict) or not set(value) <= set("0123456"):
        return _("Name weekdays from 0, Monday, to 6.")
    try:
        spans = [
            [(time.fromisoformat(start), time.fromisoformat(end)) for start, end in of_day]
            for of_day in value.values()
        ]
    except (TypeError, ValueError):
        return _("Give each span as two times, such as 09:00 and 17:30.")
    if not any(spans):
        return _("A calendar without working hours never comes to an end.")
    return "" if all(_in_order(of_day) for of_day in spans) else _("Spans must be in order and not overlap.")


def fault_of_questions(value: Any) -> str:
    """Return what is wrong with a JSON Schema of extra questions, "" if nothing is."""
    if not value:
        return ""
    if fault := _fault_of_schema(value):
        return fault
    if value.get("type") != "object":
        return _("Questions are the properties of an object.")
    if names := untranslated(value):
        return _("These need a title and an x-title-zh, as does each of their choices: %(names)s.") % {
            "names": ", ".join(names)
        }
    return ""


def fault_of_condition(value: Any) -> str:
    """Return what is wrong with a condition on answers, "" if nothing is; none at all is right."""
    if not value:
        return ""
    if fault := _fault_of_schema(value):
        return fault
    if fits(value, {}):
        return _("It holds where nothing is answered: name under required what must be.")
    return ""


def _fault_of_schema(value: Any) -> str:
    if not isinstance(value, dict):
        return _("Give a JSON Schema, an object.")
    try:
        Draft202012Validator.check_schema(value)
    except SchemaError as error:
        return error.message
    if _refers(value):
        return _("A question does not refer to another document.")
    return ""


def _refers(value: Any) -> bool:
    return any(f'"{word}"' in json.dumps(value) for word in ("$ref", "$dynamicRef"))


def _in_order(spans: list[tuple[time, time]]) -> bool:
    minutes = [(_minute(start), _minute(end) or 24 * 60) for start, end in spans]
    edges = [minute for span in minutes for minute in span]
    return all(start < end for start, end in minutes) and edges == sorted(edges)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _are_numbers(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(number, int | float) and not isinstance(number, bool) for number in value
    )


def _require_choice(value: Any, known: Iterable[str]) -> None:
    if not isinstance(value, list) or not set(map(str, value)) <= set(known) or len(set(value)) != len(value):
        raise ValidationError(
            _("Choose, each at most once, among: %(known)s."), params={"known": ", ".join(known)}
        )
