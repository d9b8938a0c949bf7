"""What comes in about reports, checked; every fault is named at once."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.serializers import StrictSerializer
from reports.models import Report
from reports.places import Place, PlaceRefused, place_of
from reports.serializers.fields import CategoryCode, ConsentField, PhotoField, WrittenJson, fault
from reports.services import Draft
from routing.questions import faults_of
from routing.rows import CategoryRow
from routing.services import current_snapshot

MAX_TEXT = 4000
MAX_PHOTOS = 5
CLOCK_SKEW = timedelta(minutes=10)
OLDEST = timedelta(days=365)


class NewReport(StrictSerializer):
    """A report on its way in; every fault is named at once."""

    kind = serializers.ChoiceField(choices=Report.Kind.choices)
    category = CategoryCode()
    text = serializers.CharField(max_length=MAX_TEXT, required=False, allow_blank=True, default="")
    latitude = serializers.FloatField(required=False, min_value=-180, max_value=180)
    longitude = serializers.FloatField(required=False, min_value=-180, max_value=180)
    datum = serializers.ChoiceField(choices=Report.Datum.choices, default=Report.Datum.WGS84)
    accuracy_m = serializers.FloatField(required=False, min_value=0, max_value=100_000)
    address = serializers.CharField(max_length=300, required=False, default="")
    observed_at = serializers.DateTimeField(required=False)
    language = serializers.ChoiceField(choices=[("zh-hans", "zh-hans"), ("en", "en")], default="zh-hans")
    channel = serializers.ChoiceField(choices=[("app", "app"), ("web", "web"), ("api", "api")], default="app")
    answers = WrittenJson(required=False, default=dict)
    questions_version = serializers.IntegerField(required=False, min_value=0, max_value=1_000_000)
    consents = serializers.ListField(child=ConsentField(), required=False, default=list, max_length=30)
    notice_version = serializers.CharField(max_length=40, required=False, default="")
    photos = serializers.ListField(child=PhotoField(), required=False, default=list, max_length=MAX_PHOTOS)
    photos_to_follow = serializers.IntegerField(
        required=False,
        default=0,
        min_value=0,
        max_value=MAX_PHOTOS,
        help_text="How many photos are uploaded to the report once it is there.",
    )
    sandbox = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Only a test organisation sees the report; it answers within a minute, and nobody comes.",
    )

    def validate_observed_at(self, value: Any) -> Any:
        """A phone may be offline for long, but it does not see the future."""
        now = timezone.now()
        if value > now + CLOCK_SKEW:
            raise serializers.ValidationError(_("This time is in the future."), code="future")
        if value < now - OLDEST:
            raise serializers.ValidationError(_("This time is more than a year ago."), code="too_old")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        faults: dict[str, Any] = {}
        category: CategoryRow = attrs["category"]
        if attrs["kind"] not in category.kinds:
            faults["kind"] = [fault(_("This category does not take this kind."), "kind_not_taken")]
        has_photos = bool(attrs["photos"] or attrs["photos_to_follow"])
        if not attrs["text"] and not has_photos:
            faults["text"] = [fault(_("Say in words or with a photo what it is about."), "required")]
        if category.is_photo_required and not has_photos:
            faults["photos"] = [fault(_("This category needs a photo."), "required")]
        if has_photos and not category.takes_photos:
            faults["photos"] = [fault(_("This category takes no photos."), "not_taken")]
        if attrs["consents"] and not attrs["notice_version"]:
            faults["notice_version"] = [
                fault(_("A consent is given under a version of the notice."), "required")
            ]
        faults.update(_faults_of_answers(category, attrs["answers"], attrs.get("questions_version")))
        try:
            attrs["place"] = _place(attrs)
        except PlaceRefused as refusal:
            faults[refusal.field] = [fault(str(refusal), refusal.code)]
        if faults:
            raise serializers.ValidationError(faults)
        return attrs

    def draft(self) -> Draft:
        """The checked input as the service takes it."""
        given = dict(self.validated_data)
        observed_at = given.get("observed_at") or timezone.now()
        same = (
            "kind",
            "category",
            "text",
            "place",
            "language",
            "channel",
            "answers",
            "notice_version",
            "photos",
            "photos_to_follow",
        )
        return Draft(
            observed_at=observed_at,
            consents=tuple(dict.fromkeys(given["consents"])),
            is_sandbox=given["sandbox"],
            questions_version=given.get("questions_version"),
            **{name: given[name] for name in same},
        )


class NewText(StrictSerializer):
    """Words about a report."""

    text = serializers.CharField(max_length=MAX_TEXT)


class OptionalText(StrictSerializer):
    """Words that may be left out."""

    text = serializers.CharField(max_length=MAX_TEXT, required=False, allow_blank=True, default="")


class NewPhoto(StrictSerializer):
    """One photo: a file, or a resumable upload that is whole."""

    file = PhotoField(required=False)
    upload = serializers.CharField(
        required=False, max_length=300, help_text="The `Location` of a whole upload, or the last part of it."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Send either a file or an upload."), code="required")
        return attrs


def _place(attrs: dict[str, Any]) -> Place:
    latitude, longitude = attrs.get("latitude"), attrs.get("longitude")
    if (latitude is None) != (longitude is None):
        field = "latitude" if latitude is None else "longitude"
        raise PlaceRefused("required", _("A position is a latitude and a longitude."), field)
    if latitude is None or longitude is None:
        if not attrs["address"]:
            raise PlaceRefused("required", _("Say where: a position, or an address in words."))
        return Place(address=attrs["address"], datum=attrs["datum"])
    return place_of(
        current_snapshot(),
        latitude,
        longitude,
        datum=attrs["datum"],
        accuracy_m=attrs.get("accuracy_m"),
        address=attrs["address"],
    )


def _faults_of_answers(category: CategoryRow, answers: Any, version: int | None) -> dict[str, Any]:
    """Each fault under the question it is about, by the version of the questions that the phone had.

    Version 0 are no questions: those of a phone that last looked before there were any.
    """
    if not isinstance(answers, dict):
        return {"answers": [fault(_("Answers are an object of question and answer."), "invalid")]}
    asked = category.questions_version if version is None else version
    if asked and asked not in category.question_sets:
        message = _("There is no such version of the questions, or it is no longer taken.")
        return {"questions_version": [fault(message, "unknown_version")]}
    schema = category.question_sets.get(asked)
    if not schema:
        message = _("This category asks no extra questions.")
        return {"answers": [fault(message, "unknown_field")]} if answers else {}
    found = faults_of(schema, answers)
    faults = {name: [fault(*said) for said in of_one] for name, of_one in found.items()}
    return {"answers": faults} if faults else {}
