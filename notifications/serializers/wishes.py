"""How somebody wants news, and the devices that take it, as the API shows and takes them."""

import binascii
from base64 import urlsafe_b64decode
from typing import Any
from zoneinfo import available_timezones

from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.built_once import BuiltOnce
from accounts.serializers import StrictSerializer
from notifications.models import Cadence, Channel, Device, Topic, Wishes

NUMBER = r"^\+[1-9][0-9]{6,14}$"


def _cadence() -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=Cadence.choices, required=False)


class TopicsSerializer(StrictSerializer):
    """How often, for each kind of news."""

    progress = _cadence()
    answers = _cadence()
    comments = _cadence()
    moderation = _cadence()
    watched = _cadence()
    survey = _cadence()


class CadencesSerializer(StrictSerializer):
    """How often each channel speaks."""

    email = TopicsSerializer(required=False)
    push = TopicsSerializer(required=False)
    sms = TopicsSerializer(required=False)


class WishesSerializer(BuiltOnce):
    """How I want news. ``is_address_refused``: mail to my address came back for good."""

    cadences = serializers.SerializerMethodField()
    quiet_from = serializers.TimeField(read_only=True, allow_null=True, format="%H:%M")
    quiet_until = serializers.TimeField(read_only=True, allow_null=True, format="%H:%M")
    time_zone = serializers.CharField(read_only=True)
    digest_hour = serializers.IntegerField(read_only=True)
    digest_weekday = serializers.IntegerField(read_only=True)
    is_address_refused = serializers.SerializerMethodField()

    @extend_schema_field(CadencesSerializer)
    def get_cadences(self, wishes: Wishes) -> dict[str, dict[str, str]]:
        return {
            channel: {topic: wishes.cadence(channel, topic) for topic in Topic.values}
            for channel in Channel.values
        }

    def get_is_address_refused(self, wishes: Wishes) -> bool:
        return bool(wishes.refused_hash)


class WishesChange(StrictSerializer):
    """What is to change; what is left out stays. Quiet hours are on while both ends are set."""

    cadences = CadencesSerializer(required=False)
    quiet_from = serializers.TimeField(required=False, allow_null=True)
    quiet_until = serializers.TimeField(required=False, allow_null=True)
    time_zone = serializers.CharField(
        required=False, allow_blank=True, max_length=64, help_text="an IANA name; empty for the city's"
    )
    digest_hour = serializers.IntegerField(required=False, min_value=0, max_value=23)
    digest_weekday = serializers.IntegerField(
        required=False, min_value=0, max_value=6, help_text="Monday is 0"
    )

    def validate_time_zone(self, value: str) -> str:
        if value and value not in available_timezones():
            raise serializers.ValidationError(_("There is no such time zone."), code="unknown_time_zone")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs.get("quiet_from") is None) != (attrs.get("quiet_until") is None):
            message = _("Quiet hours have a beginning and an end; give both, or null for both.")
            raise serializers.ValidationError({"quiet_until": [message]})
        return attrs


class DeviceSerializer(BuiltOnce, serializers.ModelSerializer[Device]):
    """A device of mine, without its address."""

    is_confirmed = serializers.SerializerMethodField()

    class Meta:
        model = Device
        fields = ("code", "transport", "name", "is_confirmed", "created_at", "reached_at")
        read_only_fields = fields

    def get_is_confirmed(self, device: Device) -> bool:
        return device.confirmed_at is not None


class DevicesSerializer(BuiltOnce):
    """My devices, and the key with which a browser subscribes (``applicationServerKey``)."""

    public_key = serializers.CharField(read_only=True)
    results = DeviceSerializer(many=True, read_only=True)


class WebPushKeysSerializer(StrictSerializer):
    """The keys of a browser's subscription, base64url, as ``PushSubscription.toJSON()`` gives them."""

    p256dh = serializers.CharField(max_length=100)
    auth = serializers.CharField(max_length=40)

    def validate_p256dh(self, value: str) -> str:
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(value))
        except (ValueError, TypeError):
            raise serializers.ValidationError(_("This is no key of P-256."), code="bad_key") from None
        return value

    def validate_auth(self, value: str) -> str:
        if len(_bytes(value)) != 16:
            raise serializers.ValidationError(_("This secret is not 16 bytes long."), code="bad_key")
        return value


class NewDevice(StrictSerializer):
    """A device being registered: an endpoint with keys, a vendor's token, or a telephone number."""

    transport = serializers.ChoiceField(choices=Device.Transport.choices)
    name = serializers.CharField(max_length=80, allow_blank=True, required=False)
    endpoint = serializers.CharField(max_length=2000, required=False, help_text="for `webpush`")
    keys = WebPushKeysSerializer(required=False)
    token = serializers.CharField(max_length=4096, required=False, help_text="for `vendor`")
    number = serializers.RegexField(
        NUMBER, required=False, help_text="for `sms`: +, country code, number, digits only"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed = {"webpush": {"endpoint", "keys"}, "vendor": {"token"}, "sms": {"number"}}[attrs["transport"]]
        given = set(attrs) - {"transport", "name"}
        faults = {name: [_("This transport needs it.")] for name in needed - given}
        faults |= {name: [_("This transport does not have it.")] for name in given - needed}
        if faults:
            raise serializers.ValidationError(faults)
        return attrs


class Proof(StrictSerializer):
    """The code that came in a text message."""

    code = serializers.RegexField(r"^[0-9]{6}$")


class Solved(StrictSerializer):
    """Whether it is solved; no needs words."""

    is_solved = serializers.BooleanField()
    text = serializers.CharField(max_length=5000, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["is_solved"] and not attrs.get("text", "").strip():
            raise serializers.ValidationError({"text": [_("Say what is not solved.")]})
        return attrs


def _bytes(text: str) -> bytes:
    """Raises ValidationError for what is not base64url."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise serializers.ValidationError(_("This is not base64url."), code="bad_key") from None
