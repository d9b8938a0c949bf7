"""What comes in with a receipt, and what a new one looks like."""

from django.conf import settings
from rest_framework import serializers

from accounts.built_once import BuiltOnce
from accounts.serializers import StrictSerializer
from reports.serializers.outgoing import ReceiptSerializer, ReportSerializer


class ReceiptSecret(StrictSerializer):
    """The secret of a receipt, as it stands on paper: blanks do not count."""

    secret = serializers.CharField(max_length=100)


class WantedPaper(StrictSerializer):
    """How the receipt should be printed."""

    secret = serializers.CharField(
        max_length=100, required=False, default="", help_text="Not needed beside an Authorization header."
    )
    size = serializers.ChoiceField(choices=[("a5", "A5"), ("a4", "A4")], default="a5")
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)


class ClaimedSerializer(BuiltOnce):
    """A report that is the account's own now; ``receipt`` is null when it was before."""

    report = ReportSerializer(read_only=True)
    receipt = ReceiptSerializer(read_only=True, allow_null=True)
