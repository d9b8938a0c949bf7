"""What is shown of an erased report."""

from rest_framework import serializers

from accounts.built_once import BuiltOnce
from reports.models import Report
from reports.serializers.outgoing import CategoryName, OrganisationName, TraceSerializer
from reports.workflow import Status


class TombstoneSerializer(BuiltOnce):
    """An erased report: that it was, what about, when, roughly where, and its verifiable story."""

    code = serializers.CharField(source="report.code", read_only=True)
    reference = serializers.CharField(source="report.reference", read_only=True)
    kind = serializers.ChoiceField(source="report.kind", choices=Report.Kind.choices, read_only=True)
    category = CategoryName(source="report.category", read_only=True)
    responsible = OrganisationName(source="report.responsible", read_only=True, allow_null=True)
    status = serializers.ChoiceField(source="report.status", choices=Status.choices, read_only=True)
    cell = serializers.CharField(read_only=True, allow_null=True)
    observed_at = serializers.DateTimeField(source="report.observed_at", read_only=True)
    created_at = serializers.DateTimeField(source="report.created_at", read_only=True)
    erased_at = serializers.DateTimeField(read_only=True)
    trace = TraceSerializer(read_only=True)
