"""What every serializer of the API has in common: a field it does not know is refused by name."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.built_once import BuiltOnce
from accounts.models import LANGUAGES, Consent, Membership, Organisation, User

SPOKEN = [(code, code) for code, _name in LANGUAGES]


def refuse_unknown(serializer: serializers.Serializer[Any], data: Any) -> None:
    """Raise a ValidationError that names each key of ``data`` the serializer does not take."""
    if not isinstance(data, Mapping):
        return
    writable = {name for name, field in serializer.fields.items() if not field.read_only}
    unknown = [key for key in data if key not in writable]
    if unknown:
        message = serializers.ErrorDetail(_("This field is not known here."), code="unknown_field")
        raise serializers.ValidationError({str(key): [message] for key in unknown})


class StrictSerializer(BuiltOnce):
    """A serializer that names every unknown field together with every other fault."""

    def to_internal_value(self, data: Any) -> Any:
        unknown: dict[str, Any] = {}
        try:
            refuse_unknown(self, data)
        except serializers.ValidationError as error:
            unknown = dict(error.detail)  # type: ignore[arg-type]  # refuse_unknown raises a mapping
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if unknown and isinstance(error.detail, dict):
                raise serializers.ValidationError({**error.detail, **unknown}) from error
            raise
        if unknown:
            raise serializers.ValidationError(unknown)
        return value


class StrictModelSerializer(StrictSerializer, serializers.ModelSerializer[Any]):
    """The same for a model."""


class OrganisationSerializer(BuiltOnce, serializers.ModelSerializer[Organisation]):
    """An organisation as the public knows it."""

    name = serializers.CharField(read_only=True)

    class Meta:
        model = Organisation
        fields = ("code", "kind", "name", "name_zh", "name_en", "mandate", "starts_on", "ends_on")
        read_only_fields = fields


class MembershipSerializer(BuiltOnce, serializers.ModelSerializer[Membership]):
    """What I may do where."""

    organisation = OrganisationSerializer(read_only=True)

    class Meta:
        model = Membership
        fields = ("organisation", "role", "area_codes", "category_codes")
        read_only_fields = fields


class MeSerializer(BuiltOnce, serializers.ModelSerializer[User]):
    """The account that is logged in."""

    language = serializers.ChoiceField(choices=SPOKEN, read_only=True)
    memberships = MembershipSerializer(many=True, read_only=True)

    class Meta:
        model = User
        fields = ("email", "name", "language", "is_large_text", "is_service", "memberships")
        read_only_fields = fields


class AccountChange(StrictSerializer):
    """What I want otherwise about my account; what is left out stays."""

    name = serializers.CharField(max_length=150, allow_blank=True, required=False)
    language = serializers.ChoiceField(choices=SPOKEN, required=False)
    is_large_text = serializers.BooleanField(required=False)


class Farewell(StrictSerializer):
    """What becomes of what I sent when I delete my account; support and comments share its fate."""

    ERASE = "erase"

    reports = serializers.ChoiceField(choices=[("keep", "keep"), (ERASE, "erase")])


class ConsentSerializer(BuiltOnce, serializers.ModelSerializer[Consent]):
    """One consent, with when it was given and withdrawn."""

    recipient = serializers.CharField(source="recipient.code", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Consent
        fields = ("purpose", "recipient", "notice_version", "given_at", "withdrawn_at", "method")
        read_only_fields = fields


class NewConsent(StrictSerializer):
    """A consent being given."""

    purpose = serializers.ChoiceField(choices=Consent.Purpose.choices)
    notice_version = serializers.CharField(max_length=40)
    recipient = serializers.SlugRelatedField(
        slug_field="code", queryset=Organisation.objects.all(), required=False, allow_null=True, default=None
    )


class WithdrawnConsent(StrictSerializer):
    """Which consent is withdrawn: the one to this organisation, or every one for the purpose."""

    recipient = serializers.SlugRelatedField(
        slug_field="code", queryset=Organisation.objects.all(), required=False, default=None
    )


class NewToken(StrictSerializer):
    """A machine token being asked for: whose organisation's service account it speaks for."""

    organisation = serializers.SlugField()


class TokenSerializer(serializers.Serializer[Any]):
    """A machine token; ``token`` is shown this once."""

    token = serializers.CharField(read_only=True)
    token_key = serializers.CharField(read_only=True)
    organisation = serializers.CharField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True, allow_null=True)
