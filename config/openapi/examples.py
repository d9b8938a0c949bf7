"""Examples made from the schemas and one table of values, so that every field of them is one we chose.

A value is looked for under ``Component.field``, then under ``field`` if it fits; what has neither is given by
its schema if there is little to choose (a reference, a first choice, ``false``), else the field is missing
and named.
"""

from copy import deepcopy
from typing import Any

from jsonschema import Draft202012Validator

from config.openapi.values import ANSWERS, BODIES
from config.openapi.values import VALUES as VALUES_OF_ALL
from config.openapi.values_of_citizens import VALUES_OF_CITIZENS
from config.openapi.values_of_organisations import VALUES_OF_ORGANISATIONS

JSON = dict[str, Any]
VALUES = {**VALUES_OF_ALL, **VALUES_OF_CITIZENS, **VALUES_OF_ORGANISATIONS}
BINARY = "(the bytes of the file)"
DEFAULTS: JSON = {"boolean": False, "null": None}
FORMATS = {
    "binary": BINARY,
    "date-time": "2026-11-23T10:05:00+08:00",
    "date": "2026-11-23",
    "uri": "https://city.example/",
    "uuid": "0193592e-8a55-7c3c-9f62-3f1c6f0d2f4e",
}


class Composer:
    """Makes examples for one document; ``missing`` names the fields that have no value."""

    def __init__(self, components: dict[str, JSON]) -> None:
        self.components = components
        self.missing: set[str] = set()

    def illustrate(self, key: str, operation: JSON) -> None:
        """Give the request and every answer of an operation an example, unless its view gave one."""
        for kind, media in operation.get("requestBody", {}).get("content", {}).items():
            self._give(media, BODIES.get(f"{key} {kind}", BODIES.get(key)))
        for status, answer in operation["responses"].items():
            for media in answer.get("content", {}).values():
                self._give(media, ANSWERS.get(f"{key} {status}", ANSWERS.get(key)))

    def example(self, schema: JSON, name: str) -> Any:
        """A value for a schema that is known as ``name`` (``Component`` or ``Component.field``)."""
        if "$ref" in schema:
            return self._component(schema["$ref"].rsplit("/", 1)[-1])
        if "enum" in schema or "const" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        for several in ("allOf", "oneOf", "anyOf"):
            if several in schema:
                return self.example(schema[several][0], name)
        return self._of_type(schema, name)

    def _give(self, media: JSON, chosen: Any) -> None:
        if "example" not in media and "examples" not in media:
            media["example"] = deepcopy(chosen) if chosen is not None else self.example(media["schema"], "")

    def _component(self, component: str) -> Any:
        if component in VALUES:
            return deepcopy(VALUES[component])
        return self.example(self.components["schemas"][component], component)

    def _of_type(self, schema: JSON, name: str) -> Any:
        kinds = schema.get("type")
        kind = kinds[0] if isinstance(kinds, list) else kinds
        if kind == "array":
            return [self.example(schema.get("items", {}), name)]
        if kind == "object" and "properties" in schema:
            component = name.rsplit(".", 1)[-1]
            return {
                field: self._field(component, field, inner) for field, inner in schema["properties"].items()
            }
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        if kind in DEFAULTS:
            return DEFAULTS[kind]
        self.missing.add(name)
        return None

    def _field(self, component: str, field: str, schema: JSON) -> Any:
        name = f"{component}.{field}"
        if name in VALUES:
            return deepcopy(VALUES[name])
        if field in VALUES and self._fits(VALUES[field], schema):
            return deepcopy(VALUES[field])
        return self.example(schema, name)

    def _fits(self, value: Any, schema: JSON) -> bool:
        """Whether a value that many fields share is one for this field."""
        whole = {**schema, "components": self.components}
        return Draft202012Validator(whole).is_valid(value)
