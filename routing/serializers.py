"""What is asked of the catalogue, and the shapes of its answers."""

import math
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.serializers import StrictSerializer
from routing.datum import Datum
from routing.decision import Role, TriageReason
from routing.models import PhotoRule
from routing.services import current_snapshot
from routing.validators import KINDS, SUBSYSTEMS

Serializer = serializers.Serializer[Any]
FIRST_YEAR, LAST_YEAR = 2000, 2100


class DegreesField(serializers.FloatField):
    """Degrees; "nan" and "inf" are floats and no place."""

    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(min_value=-most, max_value=most, **kwargs)

    def to_internal_value(self, data: Any) -> float:
        value = float(super().to_internal_value(data))
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class MetresField(serializers.FloatField):
    """A finite length."""

    def to_internal_value(self, data: Any) -> float:
        value = float(super().to_internal_value(data))
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class PlaceQuery(StrictSerializer):
    """A place, or none: both coordinates or neither."""

    lat = DegreesField(90, required=False, source="latitude")
    lon = DegreesField(180, required=False, source="longitude")
    datum = serializers.ChoiceField([datum.value for datum in Datum], default=Datum.WGS84.value)

    def to_internal_value(self, data: Any) -> Any:
        missing = {"lat", "lon"} - set(data)
        if len(missing) != 1:
            return super().to_internal_value(data)
        message = serializers.ErrorDetail(_("A place has a latitude and a longitude."), code="required")
        faults: dict[str, Any] = {missing.pop(): [message]}
        try:
            super().to_internal_value(data)
        except serializers.ValidationError as error:
            faults |= error.detail if isinstance(error.detail, dict) else {}
        raise serializers.ValidationError(faults)


class MomentField(serializers.DateTimeField):
    """A moment of our time: calendars and clocks are not asked about others."""

    def to_internal_value(self, value: Any) -> Any:
        moment = super().to_internal_value(value)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            self.fail("invalid", format=f"{FIRST_YEAR} – {LAST_YEAR}")
        return moment


class CatalogueQuery(PlaceQuery):
    """For which kind of report, and when; now unless ``at`` says otherwise."""

    kind = serializers.ChoiceField(KINDS, required=False)
    at = MomentField(required=False)


class PreviewQuery(PlaceQuery):
    """Which decision would be taken."""

    category = serializers.CharField(max_length=80)
    accuracy_m = MetresField(required=False, min_value=0, max_value=100_000)
    at = serializers.DateTimeField(required=False)

    def validate_category(self, value: str) -> str:
        if value not in current_snapshot().categories:
            raise serializers.ValidationError(_("There is no such category."), code="unknown_category")
        return value


class AreaQuery(StrictSerializer):
    """Which areas, and in which datum their corners are given."""

    kind = serializers.CharField(required=False, max_length=40)
    datum = serializers.ChoiceField([datum.value for datum in Datum], default=Datum.WGS84.value)


class NamedSerializer(Serializer):
    """An organisation by code and name."""

    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    kind = serializers.CharField(read_only=True)


class AnswerSerializer(Serializer):
    """Who would answer for a category at the place that was asked about."""

    organisation = NamedSerializer(read_only=True, allow_null=True)
    executor = NamedSerializer(read_only=True, allow_null=True)
    needs_triage = serializers.BooleanField(read_only=True)
    triage_reason = serializers.ChoiceField([reason.value for reason in TriageReason], read_only=True)
    sentence = serializers.CharField(read_only=True)


class StopperSerializer(Serializer):
    """What to say before sending; with a ``condition``, once the answers fit that JSON Schema."""

    code = serializers.CharField(read_only=True)
    text = serializers.CharField(read_only=True)
    is_blocking = serializers.BooleanField(read_only=True)
    condition = serializers.DictField(read_only=True, allow_null=True)
    area = serializers.CharField(read_only=True, allow_null=True)
    until = serializers.DateTimeField(read_only=True, allow_null=True)


class DangerSerializer(Serializer):
    """The emergency text of a category: at once, or once the answers fit ``condition``."""

    text = serializers.CharField(read_only=True)
    condition = serializers.DictField(read_only=True, allow_null=True)


class EmergencyNumberSerializer(Serializer):
    """Whom to call."""

    number = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)


class EmergencySerializer(Serializer):
    """What the city says about danger."""

    text = serializers.CharField(read_only=True)
    numbers = EmergencyNumberSerializer(many=True, read_only=True)


class MeasureSerializer(Serializer):
    """How many hours it took lately, nights included; with one organisation, or with all (null)."""

    median_hours = serializers.FloatField(read_only=True, allow_null=True)
    p90_hours = serializers.FloatField(read_only=True, allow_null=True)
    cases = serializers.IntegerField(read_only=True)
    open_cases = serializers.IntegerField(read_only=True)
    organisation = serializers.CharField(read_only=True, allow_null=True)


class ExpectedTimesSerializer(Serializer):
    """Measured times; null is "not available"."""

    acknowledge = MeasureSerializer(read_only=True, allow_null=True)
    resolve = MeasureSerializer(read_only=True, allow_null=True)


class CategorySerializer(Serializer):
    """A category as a phone shows it."""

    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    icon = serializers.CharField(read_only=True)
    kinds = serializers.ListField(child=serializers.ChoiceField(KINDS), read_only=True)
    subsystems = serializers.ListField(child=serializers.ChoiceField(SUBSYSTEMS), read_only=True)
    is_hazard = serializers.BooleanField(read_only=True)
    is_private_by_default = serializers.BooleanField(read_only=True)
    photo_rule = serializers.ChoiceField(PhotoRule.choices, read_only=True)
    keywords = serializers.ListField(child=serializers.CharField(), read_only=True)
    questions = serializers.DictField(read_only=True)
    questions_version = serializers.IntegerField(read_only=True)
    acknowledge_hours = serializers.IntegerField(read_only=True, allow_null=True)
    resolve_hours = serializers.IntegerField(read_only=True, allow_null=True)
    emergency = DangerSerializer(read_only=True, allow_null=True)
    expected = ExpectedTimesSerializer(read_only=True)
    stoppers = StopperSerializer(many=True, read_only=True)
    answers = AnswerSerializer(read_only=True, allow_null=True)


class GroupSerializer(Serializer):
    """A group of the catalogue with its categories."""

    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    icon = serializers.CharField(read_only=True)
    categories = CategorySerializer(many=True, read_only=True)


class CatalogueSerializer(Serializer):
    """The whole catalogue at one version of the configuration."""

    version = serializers.IntegerField(read_only=True)
    measured_at = serializers.DateTimeField(read_only=True, allow_null=True)
    emergency = EmergencySerializer(read_only=True, allow_null=True)
    groups = GroupSerializer(many=True, read_only=True)


class CandidateSerializer(Serializer):
    """Who would be asked next."""

    organisation = serializers.CharField(read_only=True)
    role = serializers.ChoiceField([role.value for role in Role], read_only=True)
    rule = serializers.CharField(read_only=True)


class DecisionSerializer(Serializer):
    """A routing decision as it would be stored, with the names behind its codes."""

    category = serializers.CharField(read_only=True)
    organisation = serializers.CharField(read_only=True, allow_null=True)
    executor = serializers.CharField(read_only=True, allow_null=True)
    rule = serializers.CharField(read_only=True, allow_null=True)
    executor_rule = serializers.CharField(read_only=True, allow_null=True)
    areas = serializers.ListField(child=serializers.CharField(), read_only=True)
    boundary_m = serializers.FloatField(read_only=True, allow_null=True)
    accuracy_m = serializers.FloatField(read_only=True, allow_null=True)
    alternatives = CandidateSerializer(many=True, read_only=True)
    needs_triage = serializers.BooleanField(read_only=True)
    triage_reason = serializers.ChoiceField([reason.value for reason in TriageReason], read_only=True)
    rivals = serializers.ListField(child=serializers.CharField(), read_only=True)
    sentence_en = serializers.CharField(read_only=True)
    sentence_zh = serializers.CharField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    names = serializers.DictField(child=serializers.CharField(), read_only=True)


class AreaPropertiesSerializer(Serializer):
    """What is known of an area."""

    code = serializers.CharField(read_only=True)
    kind = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    parent = serializers.CharField(read_only=True, allow_null=True)  # type: ignore[assignment]  # a field, as all others
    valid_from = serializers.DateField(read_only=True, allow_null=True)
    valid_to = serializers.DateField(read_only=True, allow_null=True)


class AreaFeatureSerializer(Serializer):
    """An area as a GeoJSON Feature."""

    type = serializers.CharField(read_only=True)
    id = serializers.CharField(read_only=True)
    properties = AreaPropertiesSerializer(read_only=True)
    geometry = serializers.DictField(read_only=True)


class AreaCollectionSerializer(Serializer):
    """All areas as a GeoJSON FeatureCollection."""

    type = serializers.CharField(read_only=True)
    features = AreaFeatureSerializer(many=True, read_only=True)
