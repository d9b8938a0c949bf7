"""What goes out about reports, as its viewer may see it."""

from typing import Any

from rest_framework import serializers

from accounts.built_once import BuiltOnce
from accounts.models import Organisation
from reports import photos
from reports.models import Comment, Event, Photo, Report
from reports.photo_urls import photo_url
from reports.workflow import Visibility
from routing.datum import Datum, from_wgs84
from routing.models import Category
from routing.questions import public_answers
from routing.serializers import ExpectedTimesSerializer, StopperSerializer
from routing.services import current_snapshot


class CategoryName(BuiltOnce, serializers.ModelSerializer[Category]):
    """A category in the language of the request."""

    name = serializers.CharField(read_only=True)

    class Meta:
        model = Category
        fields = ("code", "name", "is_hazard")
        read_only_fields = fields


class OrganisationName(BuiltOnce, serializers.ModelSerializer[Organisation]):
    """An organisation in the language of the request."""

    name = serializers.CharField(read_only=True)

    class Meta:
        model = Organisation
        fields = ("code", "kind", "name")
        read_only_fields = fields


class ReportSerializer(BuiltOnce, serializers.ModelSerializer[Report]):
    """A report as its viewer may see it; the position in the datum that ``?datum=`` asks for."""

    category = CategoryName(read_only=True)
    responsible = OrganisationName(read_only=True, allow_null=True)
    latitude = serializers.SerializerMethodField()
    longitude = serializers.SerializerMethodField()
    datum = serializers.SerializerMethodField()
    reason = serializers.CharField(read_only=True)
    is_overdue = serializers.BooleanField(read_only=True)
    needs_triage = serializers.SerializerMethodField()
    routing = serializers.SerializerMethodField()
    answers = serializers.SerializerMethodField()

    class Meta:
        model = Report
        fields = (
            "code",
            "reference",
            "kind",
            "category",
            "text",
            "answers",
            "language",
            "latitude",
            "longitude",
            "datum",
            "address",
            "observed_at",
            "created_at",
            "updated_at",
            "channel",
            "status",
            "reason",
            "redirected_to",
            "visibility",
            "responsible",
            "needs_triage",
            "routing",
            "acknowledge_by",
            "resolve_by",
            "resolved_at",
            "is_overdue",
            "support_count",
            "comment_count",
            "version",
        )
        read_only_fields = fields

    def get_latitude(self, report: Report) -> float | None:
        return self._position(report)[0]

    def get_longitude(self, report: Report) -> float | None:
        return self._position(report)[1]

    def get_datum(self, report: Report) -> str:
        return str(self.context.get("datum", Datum.WGS84))

    def get_needs_triage(self, report: Report) -> bool:
        return bool(report.triage_reason)

    def get_routing(self, report: Report) -> str:
        """Why this organisation, in a sentence."""
        language = "sentence_en" if str(self.context.get("language", "")).startswith("en") else "sentence_zh"
        return str(report.decision.get(language, ""))

    def get_answers(self, report: Report) -> dict[str, Any]:
        """To the extra questions; what is private only for whoever sent the report or works on it."""
        if getattr(report, "is_inner", False):
            return dict(report.answers)
        asked_of = report.decision.get("category", report.category.code)  # the desk may have corrected it
        row = current_snapshot().categories.get(asked_of)
        schema = row.question_sets.get(report.questions_version) if row else None
        return public_answers(schema, report.answers) if schema else {}

    def _position(self, report: Report) -> tuple[float | None, float | None]:
        if report.latitude is None or report.longitude is None:
            return None, None
        latitude, longitude = from_wgs84(report.latitude, report.longitude, self.get_datum(report))
        return round(latitude, 6), round(longitude, 6)


class ReceiptSerializer(BuiltOnce):
    """What opens the report again; shown this once."""

    code = serializers.CharField(read_only=True)
    secret = serializers.CharField(read_only=True)
    reference = serializers.CharField(read_only=True)
    digest = serializers.CharField(read_only=True)


class ExpectedSerializer(BuiltOnce):
    """By when something should happen, and how long it took lately, as far as that was measured."""

    acknowledge_by = serializers.DateTimeField(read_only=True, allow_null=True)
    resolve_by = serializers.DateTimeField(read_only=True, allow_null=True)
    measured = ExpectedTimesSerializer(read_only=True)


class SubmittedSerializer(BuiltOnce):
    """The answer to a new report."""

    report = ReportSerializer(read_only=True)
    receipt = ReceiptSerializer(read_only=True)
    decision = serializers.JSONField(read_only=True)
    expected = ExpectedSerializer(read_only=True)


class CheckedSerializer(BuiltOnce):
    """What would become of a report if it were sent now."""

    responsible = OrganisationName(read_only=True, allow_null=True)
    routing = serializers.CharField(read_only=True)
    needs_triage = serializers.BooleanField(read_only=True)
    triage_reason = serializers.CharField(read_only=True)
    visibility = serializers.ChoiceField(choices=Visibility.choices, read_only=True)
    stoppers = StopperSerializer(many=True, read_only=True)
    emergency = serializers.CharField(
        read_only=True, help_text="What to do first where it is dangerous; empty where it is not."
    )
    decision = serializers.JSONField(read_only=True)
    expected = ExpectedSerializer(read_only=True)


class CommentSerializer(BuiltOnce, serializers.ModelSerializer[Comment]):
    """Words of a producer or an organisation."""

    organisation = OrganisationName(read_only=True, allow_null=True)

    class Meta:
        model = Comment
        fields = ("code", "kind", "organisation", "text", "is_public", "created_at")
        read_only_fields = fields


class PhotoSerializer(BuiltOnce, serializers.ModelSerializer[Photo]):
    """A photo and where its derivatives are."""

    urls = serializers.SerializerMethodField()

    class Meta:
        model = Photo
        fields = (
            "code",
            "role",
            "state",
            "refusal",
            "is_published",
            "width",
            "height",
            "metres_from_pin",
            "urls",
        )
        read_only_fields = fields

    def get_urls(self, photo: Photo) -> dict[str, str]:
        """By size, in WebP; without credentials they open what is not public for ten minutes."""
        return {size: photo_url(photo, size) for size in photos.SIZES} if photo.is_drawn else {}


class EventSerializer(BuiltOnce, serializers.ModelSerializer[Event]):
    """A line of the timeline."""

    organisation = serializers.CharField(
        source="organisation.code", read_only=True, allow_null=True, default=None
    )
    by_organisation = serializers.CharField(
        source="by_organisation.code", read_only=True, allow_null=True, default=None
    )
    by = serializers.CharField(source="by_kind", read_only=True)
    title = serializers.CharField(source="get_kind_display", read_only=True)
    text = serializers.SerializerMethodField()

    class Meta:
        model = Event
        fields = ("seq", "kind", "title", "at", "by", "by_organisation", "organisation", "data", "text")
        read_only_fields = fields

    def get_text(self, event: Event) -> str | None:
        """The words that belong to it, where this viewer may read them."""
        comment = event.comment
        if comment is None or not (comment.is_public or self.context.get("is_inner")):
            return None
        return comment.text


class CellSerializer(BuiltOnce):
    """A cell of the map."""

    cell = serializers.CharField(read_only=True)
    latitude = serializers.FloatField(read_only=True)
    longitude = serializers.FloatField(read_only=True)
    count = serializers.IntegerField(read_only=True)
    open_count = serializers.IntegerField(read_only=True)


class MapSerializer(BuiltOnce):
    """The map: how fine it is, and its cells."""

    resolution = serializers.IntegerField(read_only=True)
    cells = CellSerializer(many=True, read_only=True)


class TraceSerializer(BuiltOnce):
    """The verifiable story of a report; ``content`` only for the holder of its receipt."""

    report = serializers.CharField(read_only=True)
    head_digest = serializers.CharField(read_only=True)
    events = serializers.ListField(child=serializers.DictField(), read_only=True)
    content = serializers.DictField(read_only=True, allow_null=True)


class FeedEventSerializer(BuiltOnce, serializers.ModelSerializer[Event]):
    """An event as organisations read it: codes, no words."""

    report = serializers.CharField(source="report.code", read_only=True)
    category = serializers.CharField(source="report.category.code", read_only=True)
    organisation = serializers.CharField(
        source="organisation.code", read_only=True, allow_null=True, default=None
    )
    by_organisation = serializers.CharField(
        source="by_organisation.code", read_only=True, allow_null=True, default=None
    )
    by = serializers.CharField(source="by_kind", read_only=True)

    class Meta:
        model = Event
        fields = (
            "seq",
            "kind",
            "at",
            "report",
            "category",
            "by",
            "by_organisation",
            "organisation",
            "data",
            "digest",
        )
        read_only_fields = fields


class FeedSerializer(BuiltOnce):
    """A stretch of the feed; ``next_after`` is where to go on."""

    events = FeedEventSerializer(many=True, read_only=True)
    next_after = serializers.IntegerField(read_only=True)
