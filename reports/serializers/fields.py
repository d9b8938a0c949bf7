"""Fields that know our things: a photo, a category, a box."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Consent
from reports import photos
from reports.errors import PhotoRefused
from reports.models.report import Bbox
from reports.services import Choice
from routing.rows import CategoryRow, OrganisationRow
from routing.services import current_snapshot


class PhotoField(serializers.FileField):
    """A photo that was judged by its content; nothing is decoded here."""

    def to_internal_value(self, data: Any) -> Any:
        file = super().to_internal_value(data)
        try:
            photos.judge(file, file.size)
        except PhotoRefused as refusal:
            raise serializers.ValidationError(str(refusal), code=refusal.code) from refusal
        return file


@extend_schema_field(OpenApiTypes.STR)
class CategoryCode(serializers.Field[CategoryRow, str, str, Any]):
    """A category by its code, from the snapshot in memory."""

    def to_internal_value(self, data: Any) -> CategoryRow:
        row = current_snapshot().categories.get(data) if isinstance(data, str) else None
        if row is None or row.is_group or not row.is_active:
            raise serializers.ValidationError(_("There is no such category."), code="unknown_category")
        return row

    def to_representation(self, value: CategoryRow) -> str:
        return value.code


@extend_schema_field({"type": "string", "examples": ["114.4,38.0,114.6,38.1"]})
class BboxField(serializers.Field[Bbox, str, str, Any]):
    """``west,south,east,north`` in WGS 84 degrees, as GeoJSON orders it."""

    def to_internal_value(self, data: Any) -> Bbox:
        try:
            west, south, east, north = (float(part) for part in str(data).split(","))
        except ValueError:
            message = _("A box is four numbers: west,south,east,north.")
            raise serializers.ValidationError(message, code="bad_bbox") from None
        in_range = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
        if not in_range:
            message = _("A box goes from west to east and from south to north, in degrees.")
            raise serializers.ValidationError(message, code="bad_bbox")
        return Bbox(west, south, east, north)

    def to_representation(self, value: Bbox) -> str:
        return ",".join(map(str, value))


@extend_schema_field(OpenApiTypes.OBJECT)
class WrittenJson(serializers.JSONField):
    """JSON, or the text of it: a form has nothing but text."""

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(_read(data))


_PURPOSES = {"type": "string", "enum": Consent.Purpose.values}


@extend_schema_field(
    {
        "oneOf": [
            _PURPOSES,
            {
                "type": "object",
                "properties": {
                    "purpose": _PURPOSES,
                    "recipient": {"type": "string", "description": "Code of the one organisation meant."},
                },
                "required": ["purpose"],
                "additionalProperties": False,
            },
        ]
    }
)
class ConsentField(serializers.Field[Choice, Any, Any, Any]):
    """A consent: a purpose, or ``{"purpose", "recipient"}`` for one organisation alone."""

    def to_internal_value(self, data: Any) -> Choice:
        given = _read(data) if isinstance(data, str) and data.startswith("{") else data
        if not isinstance(given, Mapping):
            return Choice(_purpose(given))
        if unknown := [str(name) for name in given if name not in ("purpose", "recipient")]:
            message = _("This field is not known here.")
            raise serializers.ValidationError({name: [fault(message, "unknown_field")] for name in unknown})
        return Choice(_purpose(given.get("purpose")), _recipient(given.get("recipient")))

    def to_representation(self, value: Choice) -> Any:
        return value.as_data() if value.recipient else value.purpose


def _read(data: Any) -> Any:
    """What a text says as JSON; the text itself when that is nothing."""
    try:
        return json.loads(data) if isinstance(data, str) else data
    except (ValueError, RecursionError):
        return data


def _purpose(given: Any) -> str:
    if not isinstance(given, str) or given not in Consent.Purpose.values:
        raise serializers.ValidationError(_("There is no such purpose."), code="invalid_choice")
    return given


def _recipient(given: Any) -> OrganisationRow | None:
    """An organisation by its code, from the snapshot in memory."""
    if given is None:
        return None
    row = current_snapshot().organisations.get(given) if isinstance(given, str) else None
    if row is None:
        message = _("There is no such organisation.")
        raise serializers.ValidationError({"recipient": [fault(message, "unknown_organisation")]})
    return row


def fault(message: str, code: str) -> serializers.ErrorDetail:
    """A named fault."""
    return serializers.ErrorDetail(message, code=code)
