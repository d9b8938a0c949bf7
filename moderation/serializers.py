"""What the desk is asked for, checked, and its queues."""

from typing import Any

from rest_framework import serializers

from accounts.models import Organisation
from accounts.serializers import StrictSerializer
from moderation.reasons import Reason
from reports import workflow
from reports.models import Report
from reports.serializers import MAX_TEXT, ReportSerializer
from reports.workflow import Status, Visibility
from routing.models import Category


class QueueQuery(StrictSerializer):
    """Which page of a queue."""

    cursor = serializers.CharField(required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200)


class QueuedReport(ReportSerializer):
    """A report as the desk sees it: also why it waits, since when it is due, and what the rules said."""

    due_at = serializers.DateTimeField(read_only=True)

    class Meta:
        model = Report
        fields = (*ReportSerializer.Meta.fields, "triage_reason", "accuracy_m", "decision", "due_at")
        read_only_fields = fields


class Assignment(StrictSerializer):
    """Who answers, who works, and perhaps what it really is about."""

    organisation = serializers.SlugRelatedField(slug_field="code", queryset=Organisation.objects.all())
    executor = serializers.SlugRelatedField(
        slug_field="code", queryset=Organisation.objects.all(), required=False, allow_null=True, default=None
    )
    category = serializers.SlugRelatedField(
        slug_field="code",
        queryset=Category.objects.exclude(kinds=[]),
        required=False,
        allow_null=True,
        default=None,
    )


class Move(StrictSerializer):
    """A move of the report: an end needs a reason and words for the public."""

    status = serializers.ChoiceField(choices=Status.choices)
    reason = serializers.ChoiceField(choices=workflow.Reason.choices, required=False, default="")
    text = serializers.CharField(max_length=MAX_TEXT, required=False, allow_blank=True, default="")
    redirected_to = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    duplicate_of = serializers.SlugRelatedField(
        slug_field="code", queryset=Report.objects.all(), required=False, allow_null=True, default=None
    )

    def to_move(self) -> dict[str, Any]:
        """The checked input as the service takes it."""
        given = dict(self.validated_data)
        new = Status(given.pop("status"))
        return {**given, "new": new}


class Showing(StrictSerializer):
    """Who may read a report from now on; hiding needs a reason."""

    visibility = serializers.ChoiceField(
        choices=[
            (value.value, value.label) for value in (Visibility.PUBLIC, Visibility.PRIVATE, Visibility.HIDDEN)
        ]
    )
    reason = serializers.ChoiceField(choices=Reason.choices, required=False, default="")
