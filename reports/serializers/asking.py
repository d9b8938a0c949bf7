"""What is asked for: the query parameters of lists, maps and feeds."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from accounts.serializers import StrictSerializer
from reports.models import Report
from reports.serializers.choosing import AreaCode, CategoryCodes, PointField, QuestionField, SeveralOf
from reports.serializers.fields import BboxField, CategoryCode, fault
from reports.workflow import Status, Visibility

SORTS = [
    ("newest", gettext_lazy("received last")),
    ("updated", gettext_lazy("changed last")),
    ("support", gettext_lazy("most supported")),
    ("distance", gettext_lazy("nearest")),
    ("relevance", gettext_lazy("closest to what was looked for")),
    ("due", gettext_lazy("to be resolved soonest")),
]
# What a way of sorting needs to be told.
NEEDED = {"distance": "near", "relevance": "q"}


class Filters(StrictSerializer):
    """Which reports a list or a map is about; all that is given must hold."""

    q = QuestionField(required=False)
    bbox = BboxField(required=False)
    area = AreaCode(required=False)
    near = PointField(required=False)
    radius_m = serializers.FloatField(required=False, min_value=1, max_value=50_000)
    status = SeveralOf(Status.choices, required=False)
    kind = SeveralOf(Report.Kind.choices, required=False)
    category = CategoryCodes(required=False)
    channel = SeveralOf(Report.Channel.choices, required=False)
    responsible = serializers.SlugField(required=False)
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)
    is_hazard = serializers.BooleanField(required=False)
    is_overdue = serializers.BooleanField(required=False)
    has_photo = serializers.BooleanField(required=False)
    is_mine = serializers.BooleanField(required=False, default=False)
    needs_triage = serializers.BooleanField(required=False, default=False)
    created_after = serializers.DateTimeField(required=False)
    created_before = serializers.DateTimeField(required=False)
    observed_after = serializers.DateTimeField(required=False)
    observed_before = serializers.DateTimeField(required=False)
    updated_after = serializers.DateTimeField(required=False)
    updated_before = serializers.DateTimeField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "radius_m" in attrs and "near" not in attrs:
            raise serializers.ValidationError({"radius_m": [_needs("near")]})
        return attrs


class ReportQuery(Filters):
    """Which reports a list is about, and in which order."""

    sort = serializers.ChoiceField(choices=SORTS, required=False, default="newest")
    datum = serializers.ChoiceField(choices=Report.Datum.choices, required=False)
    cursor = serializers.CharField(required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed = NEEDED.get(attrs["sort"])
        if needed and needed not in attrs:
            raise serializers.ValidationError({"sort": [_needs(needed)]})
        return super().validate(attrs)


class MapQuery(Filters):
    """Which part of the map, how fine, and of which reports."""

    bbox = BboxField()
    resolution = serializers.IntegerField(required=False, min_value=4, max_value=12)


class SimilarQuery(StrictSerializer):
    """A report that is about to be sent."""

    latitude = serializers.FloatField(min_value=-90, max_value=90)
    longitude = serializers.FloatField(min_value=-180, max_value=180)
    datum = serializers.ChoiceField(choices=Report.Datum.choices, default=Report.Datum.WGS84)
    category = CategoryCode(required=False)
    text = serializers.CharField(required=False, default="", allow_blank=True, max_length=5000)
    observed_at = serializers.DateTimeField(required=False)


class DatumQuery(StrictSerializer):
    """In which datum positions are given back."""

    datum = serializers.ChoiceField(choices=Report.Datum.choices, default=Report.Datum.WGS84)


class FeedQuery(StrictSerializer):
    """From where the feed goes on."""

    after = serializers.IntegerField(required=False, min_value=0, max_value=2**62, default=0)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=500, default=100)


class TimelineQuery(StrictSerializer):
    """The last ``seq`` that is known already; 0 for all lines."""

    after = serializers.IntegerField(required=False, min_value=0, max_value=2**62, default=0)


def _needs(parameter: str) -> Any:
    return fault(_("This needs the parameter %(name)s too.") % {"name": parameter}, "parameter_missing")
