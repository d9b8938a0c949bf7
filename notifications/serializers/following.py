"""Subscriptions as the API shows and takes them. Coordinates are WGS 84."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.built_once import BuiltOnce
from accounts.serializers import StrictSerializer
from notifications.models import Subscription
from notifications.models.following import LARGEST_RADIUS_M, SMALLEST_RADIUS_M
from notifications.watching import box_of, metres_between
from reports.models import Report
from reports.serializers.fields import BboxField
from reports.workflow import Status
from routing.geometry import faults_of, read, square_metres
from routing.services import current_snapshot

LARGEST_SQUARE_KM = 80.0
LONGEST_SIDE_M = 20_000.0
MOST_CORNERS = 100
CIRCLE = ("latitude", "longitude", "radius_m")
PLACES = (*CIRCLE, "polygon", "bbox", "area")
TRAITS = ("categories", "kinds", "statuses")
POLYGON = {
    "type": "object",
    "description": "A GeoJSON Polygon of WGS 84: at most 100 corners and 80 km², 20 km across.",
    "properties": {
        "type": {"type": "string", "enum": ["Polygon"]},
        "coordinates": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "array",
                "minItems": 4,
                "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}},
            },
        },
    },
    "required": ["type", "coordinates"],
}


@extend_schema_field(POLYGON)
class PolygonField(serializers.Field[dict[str, Any], Any, Any, Any]):
    """A GeoJSON polygon of bounded size."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        faults = faults_of(data)
        if faults or data["type"] != "Polygon":
            message = faults[0] if faults else _("A watch area is one polygon.")
            raise serializers.ValidationError(message, code="bad_polygon")
        corners = sum(len(ring) for ring in data["coordinates"])
        if corners > MOST_CORNERS or not _is_of_size(data):
            message = _("A watch area has at most 100 corners and 80 km², and is at most 20 km across.")
            raise serializers.ValidationError(message, code="too_large")
        rings = [[[float(lon), float(lat)] for lon, lat, *_ in ring] for ring in data["coordinates"]]
        return {"type": "Polygon", "coordinates": rings}

    def to_representation(self, value: Any) -> Any:
        return value


class SubscriptionSerializer(BuiltOnce, serializers.ModelSerializer[Subscription]):
    """What I follow. ``origin`` says how it came about; a muted one tells the inbox alone."""

    report = serializers.CharField(source="report.code", read_only=True, allow_null=True, default=None)
    reference = serializers.CharField(
        source="report.reference", read_only=True, allow_null=True, default=None
    )
    polygon = PolygonField(read_only=True, allow_null=True)
    bbox = serializers.SerializerMethodField()
    area = serializers.CharField(source="area_code", read_only=True)
    categories = serializers.ListField(source="category_codes", child=serializers.CharField(), read_only=True)
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=Report.Kind.choices), read_only=True)
    statuses = serializers.ListField(child=serializers.ChoiceField(choices=Status.choices), read_only=True)

    class Meta:
        model = Subscription
        fields = (
            "code",
            "kind",
            "origin",
            "is_muted",
            "name",
            "report",
            "reference",
            *CIRCLE,
            "polygon",
            "bbox",
            "area",
            *TRAITS,
            "created_at",
        )
        read_only_fields = fields

    def get_bbox(self, line: Subscription) -> str | None:
        return ",".join(map(str, line.bbox)) if line.bbox else None


class SubscriptionFields(StrictSerializer):
    """What somebody says about a subscription."""

    name = serializers.CharField(max_length=80, allow_blank=True, required=False)
    is_muted = serializers.BooleanField(required=False)
    latitude = serializers.FloatField(min_value=-90, max_value=90, required=False)
    longitude = serializers.FloatField(min_value=-180, max_value=180, required=False)
    radius_m = serializers.IntegerField(
        min_value=SMALLEST_RADIUS_M, max_value=LARGEST_RADIUS_M, required=False
    )
    polygon = PolygonField(required=False)
    bbox = BboxField(required=False)
    area = serializers.SlugField(max_length=80, required=False, help_text="the code of an area of the city")
    categories = serializers.ListField(
        child=serializers.SlugField(max_length=80), max_length=20, required=False
    )
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=Report.Kind.choices), max_length=4, required=False
    )
    statuses = serializers.ListField(
        child=serializers.ChoiceField(choices=Status.choices), max_length=8, required=False
    )

    def validate_area(self, value: str) -> str:
        if value not in current_snapshot().areas:
            raise serializers.ValidationError(_("There is no such area."), code="unknown_area")
        return value

    def validate_categories(self, value: list[str]) -> list[str]:
        if unknown := sorted(set(value) - set(current_snapshot().categories)):
            message = _("There is no such category: %(codes)s.") % {"codes": ", ".join(unknown)}
            raise serializers.ValidationError(message, code="unknown_category")
        return sorted(set(value))

    def check_shape(self, attrs: dict[str, Any], kind: str) -> None:
        """Raise a ValidationError unless the fields make a subscription of this kind."""
        given = {name for name in (*PLACES, *TRAITS) if attrs.get(name) not in (None, "", [])}
        allowed = {
            Subscription.Kind.REPORT: set[str](),
            Subscription.Kind.AREA: {*CIRCLE, "polygon", *TRAITS},
            Subscription.Kind.FILTER: {"bbox", "area", *TRAITS},
        }[Subscription.Kind(kind)]
        if wrong := sorted(given - allowed):
            message = _("A subscription of this kind does not have it.")
            raise serializers.ValidationError({name: [message] for name in wrong})
        is_circle = set(CIRCLE) <= given
        if kind == Subscription.Kind.AREA and is_circle + ("polygon" in given) != 1:
            message = _("A watch area is a point with a radius, or a polygon.")
            raise serializers.ValidationError({"polygon": [message]})
        if kind == Subscription.Kind.AREA and not is_circle and given & set(CIRCLE):
            raise serializers.ValidationError({"radius_m": [_("A polygon has no radius.")]})
        if kind == Subscription.Kind.FILTER and not given:
            raise serializers.ValidationError({"categories": [_("A filter names at least one thing.")]})


class NewSubscription(SubscriptionFields):
    """Something to follow: a report by its code, a watch area, or a filter."""

    kind = serializers.ChoiceField(choices=Subscription.Kind.choices)
    report = serializers.CharField(max_length=20, required=False, help_text="for the kind `report`: its code")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        is_report = attrs["kind"] == Subscription.Kind.REPORT
        if is_report != ("report" in attrs):
            message = _("Name the report to follow.") if is_report else _("Only a report is named.")
            raise serializers.ValidationError({"report": [message]})
        self.check_shape(attrs, attrs["kind"])
        return attrs


class SubscriptionChange(SubscriptionFields):
    """What is to change; what is left out stays. A new place is given whole."""


class SubscriptionsQuery(StrictSerializer):
    """Which of my subscriptions."""

    kind = serializers.ChoiceField(choices=Subscription.Kind.choices, required=False)
    cursor = serializers.CharField(required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200)


def fields_of(given: dict[str, Any]) -> dict[str, Any]:
    """The columns for what was said."""
    names = {"area": "area_code", "categories": "category_codes"}
    columns = {names.get(name, name): value for name, value in given.items()}
    if "bbox" in columns:
        columns["bbox"] = list(columns["bbox"])
    return columns


def said_of(line: Subscription) -> dict[str, Any]:
    """The other way round: what was said of a subscription until now, without its name and muting."""
    said = {name: getattr(line, name) for name in (*CIRCLE, "polygon", "bbox", "kinds", "statuses")}
    return {**said, "area": line.area_code, "categories": line.category_codes}


def _is_of_size(polygon: dict[str, Any]) -> bool:
    west, south, east, north = box_of(polygon)
    across = max(metres_between(south, west, north, west), metres_between(south, west, south, east))
    return across <= LONGEST_SIDE_M and square_metres(read(polygon)) <= LARGEST_SQUARE_KM * 1e6
