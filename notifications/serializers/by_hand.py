"""News that somebody has to bring."""

from rest_framework import serializers

from accounts.built_once import BuiltOnce
from accounts.serializers import StrictSerializer
from notifications.services import by_hand
from notifications.services.by_hand import Errand
from reports.models import Assistance, Event


class NewsLineSerializer(BuiltOnce):
    """One thing that happened, in words."""

    at = serializers.DateTimeField(read_only=True)
    text = serializers.SerializerMethodField()

    def get_text(self, event: Event) -> str:
        return by_hand.line_of(event)


class ErrandSerializer(BuiltOnce):
    """Somebody who waits for news, and how they are reached."""

    report = serializers.CharField(source="assistance.report.code", read_only=True)
    reference = serializers.CharField(source="assistance.report.reference", read_only=True)
    organisation = serializers.CharField(source="assistance.organisation.code", read_only=True)
    by = serializers.ChoiceField(
        source="assistance.contact_kind", choices=Assistance.ContactKind.choices, read_only=True
    )
    contact = serializers.CharField(read_only=True)
    told_until = serializers.DateTimeField(source="assistance.told_until", read_only=True, allow_null=True)
    news_until = serializers.SerializerMethodField()
    news = NewsLineSerializer(source="events", many=True, read_only=True)

    def get_news_until(self, errand: Errand) -> str | None:
        """What to send back as `until` once the person was told."""
        return errand.events[-1].at.isoformat() if errand.events else None


class ErrandsSerializer(BuiltOnce):
    """The longest waiting first."""

    results = ErrandSerializer(many=True, read_only=True)


class Told(StrictSerializer):
    """Up to when the person knows everything."""

    until = serializers.DateTimeField()
