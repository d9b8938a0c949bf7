"""Fields by which reports are chosen: several values at once, an area, a point, words to look for."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from reports.search.words import NothingToFind, Question, question_of
from routing.rows import AreaRow, CategoryRow
from routing.services import current_snapshot

LONGEST_QUESTION = 200


class Point(NamedTuple):
    """A place in WGS 84 degrees."""

    latitude: float
    longitude: float


@extend_schema_field({"type": "string", "examples": ["received,assigned"]})
class SeveralOf(serializers.Field[list[str], str, str, Any]):
    """One or several of the choices, with commas between."""

    def __init__(self, choices: Iterable[tuple[str, Any]], **options: Any) -> None:
        self.known = [str(value) for value, _label in choices]
        options.setdefault("help_text", f"One or several, with commas between: {', '.join(self.known)}.")
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> list[str]:
        given = str(data).split(",")
        if unknown := [value for value in given if value not in self.known]:
            message = _("%(value)s is none of: %(known)s.")
            said = message % {"value": unknown[0][:40], "known": ", ".join(self.known)}
            raise serializers.ValidationError(said, code="invalid_choice")
        return given


@extend_schema_field({"type": "string", "examples": ["pothole,street_light"]})
class CategoryCodes(serializers.Field[list[int], str, str, Any]):
    """Categories and groups by their codes, with commas between; the keys of the categories they name."""

    def to_internal_value(self, data: Any) -> list[int]:
        known = current_snapshot().categories
        keys: list[int] = []
        for code in str(data).split(","):
            if code not in known:
                raise serializers.ValidationError(_("There is no such category."), code="unknown_category")
            keys += [row.pk for row in known.values() if _belongs(row, code)]
        return keys


@extend_schema_field({"type": "string", "examples": ["changan"]})
class AreaCode(serializers.Field[AreaRow, str, str, Any]):
    """An area by its code, of any generation."""

    def to_internal_value(self, data: Any) -> AreaRow:
        row = current_snapshot().areas.get(str(data))
        if row is None:
            raise serializers.ValidationError(_("There is no such area."), code="unknown_area")
        return row


@extend_schema_field({"type": "string", "examples": ["38.0428,114.5149"]})
class PointField(serializers.Field[Point, str, str, Any]):
    """``latitude,longitude`` in WGS 84 degrees."""

    def to_internal_value(self, data: Any) -> Point:
        try:
            latitude, longitude = (float(part) for part in str(data).split(","))
        except ValueError:
            message = _("A point is two numbers: latitude,longitude.")
            raise serializers.ValidationError(message, code="bad_point") from None
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            message = _("A point is latitude and longitude in degrees.")
            raise serializers.ValidationError(message, code="bad_point")
        return Point(latitude, longitude)


@extend_schema_field({"type": "string", "maxLength": LONGEST_QUESTION, "examples": ["信号灯 -共享单车"]})
class QuestionField(serializers.Field[Question, str, str, Any]):
    """Words to look for. Quotes keep words together, a minus excludes, a star stands for any ending."""

    def to_internal_value(self, data: Any) -> Question:
        if len(str(data)) > LONGEST_QUESTION:
            message = _("Look for fewer words: at most %(most)d characters.") % {"most": LONGEST_QUESTION}
            raise serializers.ValidationError(message, code="max_length")
        try:
            return question_of(str(data))
        except NothingToFind:
            message = _("There is no word to look for.")
            raise serializers.ValidationError(message, code="nothing_to_find") from None


def _belongs(row: CategoryRow, code: str) -> bool:
    return not row.is_group and code in (row.code, row.parent)
