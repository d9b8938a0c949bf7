"""Covered parts of a photo: as they are, and as a person wants them."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.built_once import BuiltOnce
from accounts.codes import CODE_LENGTH
from accounts.serializers import StrictSerializer
from reports.boxes import Box
from reports.models import PhotoBox
from reports.services import Correction

SMALLEST = 0.002
MAX_BOXES = 100


class BoxSerializer(BuiltOnce, serializers.ModelSerializer[PhotoBox]):
    """A covered part of a photo, in shares of its width and height from the upper left corner."""

    class Meta:
        model = PhotoBox
        fields = ("code", "kind", "x", "y", "width", "height", "source", "score", "is_removed", "changed_at")
        read_only_fields = fields


class NewBox(StrictSerializer):
    """A part to cover; with a ``code`` it stands for the box of that code, perhaps moved."""

    code = serializers.CharField(required=False, max_length=CODE_LENGTH, default="")
    kind = serializers.ChoiceField(choices=PhotoBox.Kind.choices)
    x = serializers.FloatField(min_value=0, max_value=1)
    y = serializers.FloatField(min_value=0, max_value=1)
    width = serializers.FloatField(min_value=SMALLEST, max_value=1)
    height = serializers.FloatField(min_value=SMALLEST, max_value=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["x"] + attrs["width"] > 1 + 1e-6 or attrs["y"] + attrs["height"] > 1 + 1e-6:
            raise serializers.ValidationError(_("A box lies within its photo."), code="outside")
        return attrs


class NewBoxes(StrictSerializer):
    """All that is to be covered in a photo."""

    boxes = serializers.ListField(child=NewBox(), max_length=MAX_BOXES)

    def corrections(self) -> list[Correction]:
        """The checked input as the service takes it."""
        given = [dict(box) for box in self.validated_data["boxes"]]
        return [Correction(code=box.pop("code"), box=Box(**box)) for box in given]
