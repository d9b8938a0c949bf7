"""What is mine, as I see it."""

from rest_framework import serializers

from accounts.built_once import BuiltOnce
from reports.models import Comment, Support
from reports.serializers.outgoing import ReportSerializer


class OwnSupportSerializer(BuiltOnce, serializers.ModelSerializer[Support]):
    """A report that I support, and since when."""

    report = ReportSerializer(read_only=True)
    supported_at = serializers.DateTimeField(source="created_at", read_only=True)

    class Meta:
        model = Support
        fields = ("report", "supported_at")
        read_only_fields = fields


class OwnCommentSerializer(BuiltOnce, serializers.ModelSerializer[Comment]):
    """What I wrote, and beneath which report."""

    report = serializers.CharField(source="report.code", read_only=True)

    class Meta:
        model = Comment
        fields = ("code", "report", "kind", "text", "is_public", "created_at")
        read_only_fields = fields
