"""What may be asked of an indicator, and what it answers."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import StrictSerializer
from analytics.release import COARSEST, FINEST

GROUPS = ("category", "category_group", "organisation", "city")


class NoQuery(StrictSerializer):
    """No parameters."""


class HoursQuery(StrictSerializer):
    """Hours of what."""

    by = serializers.ChoiceField(choices=[(group, group) for group in GROUPS], default=GROUPS[0])


class CellsQuery(StrictSerializer):
    """How fine."""

    resolution = serializers.IntegerField(min_value=COARSEST, max_value=FINEST, default=8)


class IndicatorSerializer(serializers.Serializer[Any]):
    """A measure and what its figures mean."""

    slug = serializers.CharField(read_only=True)
    title = serializers.CharField(read_only=True)
    definition = serializers.CharField(read_only=True)
    columns = serializers.DictField(child=serializers.CharField(), read_only=True)
    parameters = serializers.DictField(child=serializers.CharField(), read_only=True)
    url = serializers.CharField(read_only=True)


class FiguresSerializer(serializers.Serializer[Any]):
    """What a row of figures has in common: null is not available, never 0."""

    reports = serializers.IntegerField(read_only=True, allow_null=True)
    producers = serializers.IntegerField(read_only=True, allow_null=True)


class OpenFigures(FiguresSerializer):
    """Open and resolved reports."""

    open = serializers.IntegerField(read_only=True, allow_null=True)
    overdue = serializers.IntegerField(read_only=True, allow_null=True)
    resolved = serializers.IntegerField(read_only=True, allow_null=True)
    resolved_on_time = serializers.IntegerField(read_only=True, allow_null=True)
    due = serializers.IntegerField(read_only=True, allow_null=True)
    on_time_share = serializers.FloatField(read_only=True, allow_null=True)


class OpenByChannel(OpenFigures):
    """The same of one channel."""

    channel = serializers.CharField(read_only=True)


class OpenRow(OpenFigures):
    """An organisation's."""

    organisation = serializers.CharField(read_only=True, allow_null=True)
    is_suppressed = serializers.BooleanField(read_only=True)
    by_channel = OpenByChannel(many=True, read_only=True, allow_null=True)


class HoursFigures(FiguresSerializer):
    """Hours to resolution."""

    median_hours = serializers.FloatField(read_only=True, allow_null=True)
    p90_hours = serializers.FloatField(read_only=True, allow_null=True)
    timed = serializers.IntegerField(read_only=True, allow_null=True)


class HoursByChannel(HoursFigures):
    """The same of one channel."""

    channel = serializers.CharField(read_only=True)


class HoursRow(HoursFigures):
    """A category's or an organisation's, or the whole city's."""

    group = serializers.CharField(read_only=True, allow_null=True)
    is_suppressed = serializers.BooleanField(read_only=True)
    by_channel = HoursByChannel(many=True, read_only=True, allow_null=True)


class CellRow(serializers.Serializer[Any]):
    """A cell's."""

    cell = serializers.CharField(read_only=True)
    resolution = serializers.IntegerField(read_only=True)
    latitude = serializers.FloatField(read_only=True)
    longitude = serializers.FloatField(read_only=True)
    reports = serializers.IntegerField(read_only=True)


class AnswerSerializer(serializers.Serializer[Any]):
    """Rows, the build and version of the lake they are from, and when they were counted."""

    build = serializers.CharField(read_only=True, allow_null=True)
    as_of = serializers.DateTimeField(read_only=True)


class OpenAnswer(AnswerSerializer):
    """Open reports by organisation."""

    rows = OpenRow(many=True, read_only=True)


class HoursAnswer(AnswerSerializer):
    """Hours to resolution."""

    rows = HoursRow(many=True, read_only=True)


class CellsAnswer(AnswerSerializer):
    """Reports per cell."""

    rows = CellRow(many=True, read_only=True)
