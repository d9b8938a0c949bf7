"""The shape of a city document, as JSON Schema. What one value must be to another is in ``city_checks``."""

from collections.abc import Mapping
from typing import Any, Final

from routing.validators import ICON_PATTERN, KINDS, SUBSYSTEMS

FORMAT: Final = "commonway-city/1"
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_Schema = dict[str, Any]


def _object(required: tuple[str, ...], **properties: _Schema) -> _Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def _list(items: _Schema, **more: Any) -> _Schema:
    return {"type": "array", "items": items, **more}


def _or_null(schema: _Schema) -> _Schema:
    return {"anyOf": [schema, {"type": "null"}]}


_TEXT: Final[_Schema] = {"type": "string", "maxLength": 5000}
_NAME: Final[_Schema] = {"type": "string", "minLength": 1, "maxLength": 200}
_CODE: Final[_Schema] = {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$", "maxLength": 80}
_RULE_CODE: Final[_Schema] = {**_CODE, "maxLength": 120}
_DATE: Final[_Schema] = _or_null({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"})
_FLAG: Final[_Schema] = {"type": "boolean"}
_HOURS: Final[_Schema] = _or_null({"type": "integer", "minimum": 0, "maximum": 10_000})
_CLOCK: Final[_Schema] = {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}
_LATITUDE: Final[_Schema] = {"type": "number", "minimum": -90, "maximum": 90}
_LONGITUDE: Final[_Schema] = {"type": "number", "minimum": -180, "maximum": 180}
_POLYGON: Final[_Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["type", "coordinates"],
    "properties": {"type": {"enum": ["Polygon", "MultiPolygon"]}, "coordinates": {"type": "array"}},
}
_DAYS: Final[_Schema] = _list({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"})

_CITY: Final = _object(
    ("code", "name_zh", "name_en", "timezone", "latitude", "longitude"),
    code=_CODE,
    name_zh=_NAME,
    name_en=_NAME,
    timezone={"type": "string", "maxLength": 60},
    latitude=_LATITUDE,
    longitude=_LONGITUDE,
    bbox=_or_null(_list({"type": "number"}, minItems=4, maxItems=4)),
    outline=_or_null(_POLYGON),
    default_points=_list(
        {"type": "array", "prefixItems": [_LATITUDE, _LONGITUDE], "minItems": 2, "maxItems": 2}
    ),
    emergency_zh=_TEXT,
    emergency_en=_TEXT,
    emergency_numbers=_list(
        _object(
            ("number", "name_zh", "name_en"),
            number={"type": "string", "pattern": r"^\+?[0-9][-0-9 ]*$", "maxLength": 30},
            name_zh=_NAME,
            name_en=_NAME,
        )
    ),
)
_CALENDAR: Final = _object(
    ("code", "timezone", "hours"),
    code=_CODE,
    timezone={"type": "string", "maxLength": 60},
    hours=_object((), **{day: _list(_list(_CLOCK, minItems=2, maxItems=2)) for day in WEEKDAYS}),
    country={"type": "string", "maxLength": 2},
    subdivision={"type": "string", "maxLength": 10},
    extra_off=_DAYS,
    extra_on=_DAYS,
)
_ORGANISATION: Final = _object(
    ("code", "kind", "name_zh", "name_en"),
    code=_CODE,
    kind={"enum": ["bureau", "firm", "spe", "institution", "community"]},
    name_zh=_NAME,
    name_en=_NAME,
    parent=_or_null(_CODE),
    is_steering=_FLAG,
    mandate=_TEXT,
    starts_on=_DATE,
    ends_on=_DATE,
)
_AREA: Final = _object(
    ("code", "name_zh", "name_en", "polygon"),
    code=_CODE,
    kind={"type": "string", "minLength": 1, "maxLength": 40},
    name_zh=_NAME,
    name_en=_NAME,
    parent=_or_null(_CODE),
    valid_from=_DATE,
    valid_to=_DATE,
    polygon=_POLYGON,
)
_CATEGORY: Final = _object(
    ("code", "name_zh", "name_en"),
    code=_CODE,
    parent=_or_null(_CODE),
    name_zh=_NAME,
    name_en=_NAME,
    kinds=_list({"enum": list(KINDS)}, uniqueItems=True),
    subsystems=_list({"enum": list(SUBSYSTEMS)}, uniqueItems=True),
    icon={"type": "string", "pattern": f"^({ICON_PATTERN})?$", "maxLength": 40},
    is_hazard=_FLAG,
    is_private_by_default=_FLAG,
    photo_rule={"enum": ["none", "optional", "required"]},
    needs_countersign=_FLAG,
    keywords=_object((), zh=_list(_NAME, uniqueItems=True), en=_list(_NAME, uniqueItems=True)),
    acknowledge_hours=_HOURS,
    resolve_hours=_HOURS,
    calendar=_or_null(_CODE),
    external_codes={"type": "object"},
)
_QUESTIONS: Final = _object(
    ("category", "version", "schema"),
    category=_CODE,
    version={"type": "integer", "minimum": 1, "maximum": 1_000_000},
    schema={"type": "object"},
)
_STOPPER: Final = _object(
    ("code", "text_zh", "text_en"),
    code=_RULE_CODE,
    category=_or_null(_CODE),
    area=_or_null(_CODE),
    calendar=_or_null(_CODE),
    condition={"type": "object"},
    is_blocking=_FLAG,
    text_zh={**_TEXT, "minLength": 1},
    text_en={**_TEXT, "minLength": 1},
    valid_from=_DATE,
    valid_to=_DATE,
)
_RESPONSIBILITY: Final = _object(
    ("code", "organisation", "role"),
    code=_RULE_CODE,
    category=_or_null(_CODE),
    area=_or_null(_CODE),
    organisation=_CODE,
    role={"enum": ["owner", "executor"]},
    precedence={"type": "integer", "minimum": 0, "maximum": 9999},
    valid_from=_DATE,
    valid_to=_DATE,
)

CITY_SCHEMA: Final[_Schema] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A city: its organisations, calendars, areas, catalogue and responsibilities",
    **_object(
        ("format", "city"),
        format={"const": FORMAT},
        city=_CITY,
        calendars=_list(_CALENDAR),
        organisations=_list(_ORGANISATION),
        areas=_list(_AREA),
        categories=_list(_CATEGORY),
        questions=_list(_QUESTIONS),
        stoppers=_list(_STOPPER),
        responsibilities=_list(_RESPONSIBILITY),
    ),
}

# What a row says when it says nothing; a canonical document leaves these out.
DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "city": {
        "bbox": None,
        "outline": None,
        "default_points": [],
        "emergency_zh": "",
        "emergency_en": "",
        "emergency_numbers": [],
    },
    "calendars": {"country": "", "subdivision": "", "extra_off": [], "extra_on": []},
    "organisations": {
        "parent": None,
        "is_steering": False,
        "mandate": "",
        "starts_on": None,
        "ends_on": None,
    },
    "areas": {"kind": "district", "parent": None, "valid_from": None, "valid_to": None},
    "categories": {
        "parent": None,
        "kinds": [],
        "subsystems": [],
        "icon": "",
        "is_hazard": False,
        "is_private_by_default": False,
        "photo_rule": "optional",
        "needs_countersign": False,
        "keywords": {},
        "acknowledge_hours": None,
        "resolve_hours": None,
        "calendar": None,
        "external_codes": {},
    },
    "questions": {},
    "stoppers": {
        "category": None,
        "area": None,
        "calendar": None,
        "condition": {},
        "is_blocking": False,
        "valid_from": None,
        "valid_to": None,
    },
    "responsibilities": {
        "category": None,
        "area": None,
        "precedence": 100,
        "valid_from": None,
        "valid_to": None,
    },
}
LISTS: Final[tuple[str, ...]] = (
    "calendars",
    "organisations",
    "areas",
    "categories",
    "questions",
    "stoppers",
    "responsibilities",
)
# What tells the rows of a list apart, and gives them their order.
_IDENTITIES: Final[dict[str, tuple[str, ...]]] = {"questions": ("category", "version")}


def identity_of(name: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what tells a row from all others of its list: its code, or of questions category and version."""
    return tuple(row[key] for key in _IDENTITIES.get(name, ("code",)))


def keys_of(name: str) -> tuple[str, ...]:
    """Return the keys of the rows of a list (or of ``city``), in the order in which they are written."""
    schema = CITY_SCHEMA["properties"][name]
    return tuple(schema.get("items", schema)["properties"])
