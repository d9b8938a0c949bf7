"""Serializers whose fields are worked out once for each class, and not for each request.

The framework builds a serializer's fields anew for every instance, from the model or by deep copies; for a
report with its category and organisation that is most of the time a request takes. Here an instance gets
shallow copies of fields that were built once, and binds those to itself.
"""

from typing import Any, TypeVar

from rest_framework import serializers

_Field = TypeVar("_Field", bound="serializers.Field[Any, Any, Any, Any]")

_built: dict[type, dict[str, "serializers.Field[Any, Any, Any, Any]"]] = {}


class BuiltOnce(serializers.Serializer[Any]):
    """A serializer whose fields depend on its class alone, never on an instance or its context."""

    def get_fields(self) -> dict[str, "serializers.Field[Any, Any, Any, Any]"]:
        built = _built.get(type(self))
        if built is None:
            built = _built[type(self)] = super().get_fields()
        return {name: _copy(field) for name, field in built.items()}


def _copy(field: _Field) -> _Field:
    """The same field, not yet bound; what it validates with is shared, what it holds is copied too."""
    fresh: _Field = object.__new__(type(field))
    fresh.__dict__.update(field.__dict__)
    if child := field.__dict__.get("child"):
        fresh.__dict__["child"] = _copy(child)
        fresh.__dict__["child"].parent = fresh
    return fresh
