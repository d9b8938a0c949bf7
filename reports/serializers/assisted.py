"""A report that somebody writes down for another person."""

import re
from typing import Any

from django.core.exceptions import ValidationError as BadValue
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.built_once import BuiltOnce
from accounts.models import Consent
from accounts.serializers import StrictSerializer
from reports.models import Assistance, Report
from reports.serializers.fields import fault
from reports.serializers.incoming import NewReport
from reports.serializers.outgoing import ReportSerializer

_PHONE = re.compile(r"^\+?[0-9][0-9 ()./-]{3,28}[0-9]$")
_TO_PERSON = {Assistance.UpdatesTo.PERSON, Assistance.UpdatesTo.BOTH}
_REACHED_AT_ONCE = {Assistance.ContactKind.EMAIL, Assistance.ContactKind.PHONE}


class Contact(StrictSerializer):
    """Where the person is reached; kept sealed, apart from the report."""

    kind = serializers.ChoiceField(choices=Assistance.ContactKind.choices)
    value = serializers.CharField(max_length=300)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["kind"] == Assistance.ContactKind.EMAIL:
            try:
                validate_email(attrs["value"])
            except BadValue:
                raise serializers.ValidationError(
                    {"value": [fault(_("This is no e-mail address."), "invalid")]}
                ) from None
        if attrs["kind"] == Assistance.ContactKind.PHONE and not _PHONE.match(attrs["value"]):
            raise serializers.ValidationError(
                {"value": [fault(_("This is no telephone number."), "invalid")]}
            )
        return attrs


class OnBehalf(StrictSerializer):
    """For whom: how the person agreed, who gets the news, and where the person is reached."""

    organisation = serializers.SlugField(
        required=False, help_text="For which of my organisations I write; needed with more than one."
    )
    method = serializers.ChoiceField(choices=[("spoken", "spoken"), ("paper", "paper")])
    updates_to = serializers.ChoiceField(choices=Assistance.UpdatesTo.choices)
    contact = Contact(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kind = attrs["contact"]["kind"] if "contact" in attrs else None
        message = ""
        if attrs["updates_to"] in _TO_PERSON and kind not in _REACHED_AT_ONCE:
            message = _("News to the person needs an e-mail address or a telephone number.")
        elif attrs["updates_to"] == Assistance.UpdatesTo.LETTER and kind != Assistance.ContactKind.POST:
            message = _("A letter needs a postal address.")
        elif attrs["updates_to"] == Assistance.UpdatesTo.ASSISTANT and kind is not None:
            message = _("Where nothing is sent to the person, no contact is kept.")
        if message:
            code = "not_needed" if attrs["updates_to"] == Assistance.UpdatesTo.ASSISTANT else "required"
            raise serializers.ValidationError({"contact": [fault(message, code)]})
        return attrs


class NewAssistedReport(NewReport):
    """A report in the words of somebody who has no phone or account at hand."""

    channel = serializers.ChoiceField(choices=[("desk", "desk"), ("phone", "phone")])
    on_behalf = OnBehalf()


class AssistanceSerializer(BuiltOnce, serializers.ModelSerializer[Assistance]):
    """Who wrote a report down and who gets the news; never the person's contact."""

    organisation = serializers.CharField(source="organisation.code", read_only=True)
    method = serializers.ChoiceField(choices=Consent.Method.choices, read_only=True)

    class Meta:
        model = Assistance
        fields = ("organisation", "role", "method", "updates_to", "contact_kind", "created_at")
        read_only_fields = fields


class AssistedReportSerializer(ReportSerializer):
    """A report that I wrote down, with for whom."""

    assistance = AssistanceSerializer(read_only=True)

    class Meta(ReportSerializer.Meta):
        model = Report
        fields = (*ReportSerializer.Meta.fields, "assistance")  # type: ignore[assignment]  # one more
        read_only_fields = fields  # type: ignore[assignment]  # the same
