"""Endpoints and their log as the API shows and takes them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Organisation
from accounts.serializers import StrictSerializer
from webhooks import payloads
from webhooks.models import Attempt, Delivery, Endpoint


class EndpointSerializer(serializers.ModelSerializer[Endpoint]):
    """An endpoint, without its secrets."""

    organisation = serializers.CharField(source="organisation.code", read_only=True)
    event_types = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Endpoint
        fields = (
            "code",
            "organisation",
            "url",
            "description",
            "event_types",
            "is_enabled",
            "disabled_reason",
            "disabled_at",
            "failing_since",
            "previous_until",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class IssuedSerializer(serializers.Serializer[Any]):
    """An endpoint with its new secret; ``secret`` is shown this once."""

    endpoint = EndpointSerializer(read_only=True)
    secret = serializers.CharField(read_only=True)


class EndpointFields(StrictSerializer):
    """What a keeper says about an endpoint."""

    url = serializers.CharField(max_length=2000)
    description = serializers.CharField(max_length=200, allow_blank=True, required=False)
    event_types = serializers.ListField(
        child=serializers.ChoiceField(choices=sorted(payloads.EVENT_TYPES)),
        max_length=len(payloads.EVENT_TYPES),
        required=False,
        help_text=_("Empty means all of them."),
    )

    def validate_event_types(self, value: list[str]) -> list[str]:
        return sorted(set(value))


class NewEndpoint(EndpointFields):
    """An endpoint being registered."""

    organisation = serializers.SlugRelatedField(
        slug_field="code",
        queryset=Organisation.objects.all(),
        required=False,
        help_text=_("Needed only by who looks after several."),
    )


class EndpointChange(EndpointFields):
    """What is to change; what is left out stays."""

    url = serializers.CharField(max_length=2000, required=False)
    is_enabled = serializers.BooleanField(required=False)


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    """One try."""

    class Meta:
        model = Attempt
        fields = ("at", "duration_ms", "status", "error", "answer")
        read_only_fields = fields


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """One event owed to an endpoint, with every try. ``code`` is the ``webhook-id``."""

    payload = serializers.DictField(read_only=True)
    next_try_at = serializers.DateTimeField(read_only=True, allow_null=True)
    attempts = AttemptSerializer(many=True, read_only=True)

    class Meta:
        model = Delivery
        fields = ("code", "type", "state", "payload", "created_at", "next_try_at", "ended_at", "attempts")
        read_only_fields = fields


class InState(serializers.Serializer[Any]):
    """Which deliveries of the log."""

    state = serializers.ChoiceField(choices=Delivery.State.choices, required=False)


class Span(StrictSerializer):
    """A stretch of time, its end excluded."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["since"] >= attrs["until"]:
            raise serializers.ValidationError({"until": [_("The end must come after the beginning.")]})
        return attrs


class Recovered(serializers.Serializer[Any]):
    """How many deliveries will be tried again."""

    count = serializers.IntegerField(read_only=True)
