"""The inbox as a phone reads it."""

from rest_framework import serializers

from accounts.built_once import BuiltOnce
from accounts.serializers import StrictSerializer
from notifications import news
from notifications.models import InboxItem, Topic
from reports.models import Event


class InboxItemSerializer(BuiltOnce, serializers.ModelSerializer[InboxItem]):
    """One piece of news: the report it is about, and a headline in the language of the request."""

    kind = serializers.ChoiceField(source="event.kind", choices=Event.Kind.choices, read_only=True)
    title = serializers.SerializerMethodField()
    report = serializers.CharField(source="event.report.code", read_only=True)
    reference = serializers.CharField(source="event.report.reference", read_only=True)
    at = serializers.DateTimeField(source="event.at", read_only=True)
    is_read = serializers.SerializerMethodField()
    topic = serializers.SerializerMethodField()

    class Meta:
        model = InboxItem
        fields = ("seq", "kind", "title", "report", "reference", "at", "is_read", "why", "topic")
        read_only_fields = fields

    def get_title(self, item: InboxItem) -> str:
        return news.title_of(item.event, item.why)

    def get_topic(self, item: InboxItem) -> Topic:
        return news.kind_of(item)

    def get_is_read(self, item: InboxItem) -> bool:
        return item.read_at is not None


class InboxSerializer(BuiltOnce):
    """A page of the inbox, and how much of all of it is not read yet."""

    next = serializers.CharField(read_only=True, allow_null=True)
    previous = serializers.CharField(read_only=True, allow_null=True)
    results = InboxItemSerializer(many=True, read_only=True)
    unread_count = serializers.IntegerField(read_only=True)


class InboxQuery(StrictSerializer):
    """Which part of the inbox."""

    is_unread = serializers.BooleanField(required=False, default=False)
    cursor = serializers.CharField(required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200)


class UpTo(StrictSerializer):
    """How far somebody has read; without ``up_to``, everything."""

    up_to = serializers.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, help_text="the seq of the newest item that was read"
    )


class UnreadSerializer(BuiltOnce):
    """How much is not read yet."""

    unread_count = serializers.IntegerField(read_only=True)
