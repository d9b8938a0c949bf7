"""What is asked for: the query parameters of lists, maps and feeds."""

from rest_framework import serializers

from accounts.serializers import StrictSerializer
from reports.models import Report
from reports.serializers.fields import BboxField, CategoryCode
from reports.workflow import Status, Visibility


class ReportQuery(StrictSerializer):
    """Which reports a list or a map is about."""

    bbox = BboxField(required=False)
    status = serializers.ChoiceField(choices=Status.choices, required=False)
    kind = serializers.ChoiceField(choices=Report.Kind.choices, required=False)
    category = CategoryCode(required=False)
    responsible = serializers.SlugField(required=False)
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)
    is_mine = serializers.BooleanField(required=False, default=False)
    needs_triage = serializers.BooleanField(required=False, default=False)
    created_after = serializers.DateTimeField(required=False)
    created_before = serializers.DateTimeField(required=False)
    datum = serializers.ChoiceField(choices=Report.Datum.choices, required=False)
    cursor = serializers.CharField(required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200)


class MapQuery(StrictSerializer):
    """Which part of the map, and how fine."""

    bbox = BboxField()
    resolution = serializers.IntegerField(required=False, min_value=4, max_value=12)
    status = serializers.ChoiceField(choices=Status.choices, required=False)
    category = CategoryCode(required=False)


class DatumQuery(StrictSerializer):
    """In which datum positions are given back."""

    datum = serializers.ChoiceField(choices=Report.Datum.choices, default=Report.Datum.WGS84)


class FeedQuery(StrictSerializer):
    """From where the feed goes on."""

    after = serializers.IntegerField(required=False, min_value=0, max_value=2**62, default=0)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=500, default=100)
