"""What comes in about tickets, checked, and what goes out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.actors import Viewer
from accounts.built_once import BuiltOnce
from accounts.models import Organisation
from accounts.serializers import StrictSerializer
from reports import workflow as report_life
from reports.models import Report
from reports.serializers import MAX_TEXT, CategoryCode, CategoryName, OrganisationName, PhotoField
from tickets.models import Ticket
from tickets.workflow import Reason, Role, Status, legal_moves

RESOLVING = [
    (reason.value, reason.label) for reason in sorted(report_life.REASONS[report_life.Status.RESOLVED])
]


class TicketQuery(StrictSerializer):
    """Which tickets a list is about: by default those that my organisations hold."""

    whose = serializers.ChoiceField(
        choices=[("own", "own"), ("supervised", "supervised"), ("all", "all")], default="own"
    )
    status = serializers.ChoiceField(choices=Status.choices, required=False)
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    overdue = serializers.BooleanField(required=False, allow_null=True, default=None)
    category = CategoryCode(required=False)
    report = serializers.RegexField(r"^[0-9a-z]{20}$", required=False)
    cursor = serializers.CharField(required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200)


class Decline(StrictSerializer):
    """Why an organisation does not take a ticket."""

    reason = serializers.ChoiceField(choices=Reason.choices)
    text = serializers.CharField(max_length=MAX_TEXT, required=False, allow_blank=True, default="")


class Note(StrictSerializer):
    """How the work goes; public only when it says so."""

    text = serializers.CharField(max_length=MAX_TEXT)
    is_public = serializers.BooleanField(required=False, default=False)


class HandOver(StrictSerializer):
    """To whom a ticket goes, and why."""

    to = serializers.SlugRelatedField(slug_field="code", queryset=Organisation.objects.all())
    reason = serializers.ChoiceField(choices=Reason.choices)
    text = serializers.CharField(max_length=MAX_TEXT, required=False, allow_blank=True, default="")


class Done(StrictSerializer):
    """What was done, in words, and perhaps a photo of it; ``reason`` is how the report resolves."""

    text = serializers.CharField(max_length=MAX_TEXT)
    proof = PhotoField(required=False)
    reason = serializers.ChoiceField(choices=RESOLVING, required=False, default="")


class Countersignature(StrictSerializer):
    """What the public reads; without it, the executor's own words."""

    text = serializers.CharField(max_length=MAX_TEXT, required=False, allow_blank=True, default="")
    reason = serializers.ChoiceField(choices=RESOLVING, required=False, default="")


class TicketReport(BuiltOnce, serializers.ModelSerializer[Report]):
    """The report as those who work on it need it."""

    category = CategoryName(read_only=True)
    responsible = OrganisationName(read_only=True, allow_null=True)

    class Meta:
        model = Report
        fields = (
            "code",
            "reference",
            "kind",
            "category",
            "text",
            "language",
            "latitude",
            "longitude",
            "accuracy_m",
            "address",
            "observed_at",
            "created_at",
            "status",
            "visibility",
            "responsible",
            "version",
        )
        read_only_fields = fields


class TicketSerializer(BuiltOnce, serializers.ModelSerializer[Ticket]):
    """A ticket; ``report`` is null once I may no longer read it, ``moves`` are those I may make now."""

    reference = serializers.CharField(source="report.reference", read_only=True)
    organisation = OrganisationName(read_only=True)
    report = serializers.SerializerMethodField()
    note = serializers.CharField(source="note.text", read_only=True, default="")
    proof = serializers.CharField(source="proof.code", read_only=True, default=None, allow_null=True)
    handed_over_from = serializers.CharField(
        source="handed_over_from.code", read_only=True, default=None, allow_null=True
    )
    handed_over_to = serializers.CharField(
        source="handed_over_to.organisation.code", read_only=True, default=None, allow_null=True
    )
    countersign = serializers.CharField(read_only=True)
    decline_reason = serializers.CharField(read_only=True)
    is_overdue = serializers.BooleanField(read_only=True)
    moves = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields = (
            "code",
            "reference",
            "report",
            "organisation",
            "role",
            "status",
            "sequence",
            "offered_at",
            "acknowledge_by",
            "resolve_by",
            "accepted_at",
            "started_at",
            "done_at",
            "is_overdue",
            "note",
            "proof",
            "countersign",
            "decline_reason",
            "handed_over_from",
            "handed_over_to",
            "moves",
        )
        read_only_fields = fields

    @extend_schema_field(TicketReport(allow_null=True))
    def get_report(self, ticket: Ticket) -> dict[str, Any] | None:
        """What it is about."""
        if not getattr(ticket, "is_readable", True):
            return None
        return dict(TicketReport(ticket.report, context=self.context).data)

    def get_moves(self, ticket: Ticket) -> list[str]:
        """The statuses to which I may move it."""
        viewer: Viewer = self.context["viewer"]
        own = [a for a in viewer.actors() if a.organisation and a.organisation.pk == ticket.organisation_id]
        legal = [legal_moves(ticket.status, actor.kind) for actor in own if ticket.report.is_open]
        return list(dict.fromkeys(move for moves in legal for move in moves))
