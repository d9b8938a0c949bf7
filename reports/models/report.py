"""A report: what a citizen sends to the city."""

from collections.abc import Collection, Mapping
from math import cos, radians
from typing import Any, ClassVar, NamedTuple, Self

from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Viewer
from accounts.codes import CODE_LENGTH, new_code
from accounts.models import Organisation, Producer
from reports.geometry import InBox, InPolygon, bounds_of, square_metres_between
from reports.search.fulltext import Matches
from reports.search.words import Question
from reports.workflow import OPEN, TERMINAL, Reason, Status, Visibility
from routing.cells import Cover, parent_masks
from routing.models import Category

METRES_PER_DEGREE = 111_320.0


class Bbox(NamedTuple):
    """A box in WGS 84 degrees, in GeoJSON's order."""

    west: float
    south: float
    east: float
    north: float


class ReportQuerySet(models.QuerySet["Report"]):
    """Which reports. Every query made for a person begins with ``visible_to``."""

    def public(self) -> Self:
        """What everybody may read."""
        return self.filter(visibility=Visibility.PUBLIC)

    def visible_to(self, viewer: Viewer) -> Self:
        """What this viewer may read: public ones, their own, and those their organisation was given."""
        readable = Q(visibility=Visibility.PUBLIC)
        if viewer.sees_everything:
            readable = Q(is_sandbox=False) & ~Q(visibility=Visibility.ERASED)
        if viewer.producer is not None:
            own = Q(producer=viewer.producer)
            if viewer.report_code is not None:
                own &= Q(code=viewer.report_code)
            readable |= own & ~Q(visibility=Visibility.ERASED)
        if viewer.assisting_ids:
            readable |= _assisted_by(viewer) & ~Q(visibility=Visibility.ERASED)
        if viewer.organisation_ids:
            readable |= Exists(self.model.given_to(viewer.organisation_ids)) & ~Q(
                visibility__in=[Visibility.HIDDEN, Visibility.ERASED]
            )
        return self.filter(readable)

    def with_standing(self, viewer: Viewer) -> Self:
        """Adds ``is_inner``: whether this viewer sent the report or works on it, and so sees all of it."""
        inner = ExpressionWrapper(_inner(viewer), output_field=models.BooleanField())
        return self.annotate(is_inner=inner)

    def inner_to(self, viewer: Viewer) -> Self:
        """Those of which this viewer sees all."""
        return self.filter(_inner(viewer))

    def within(self, bbox: Bbox) -> Self:
        """Reports in a box, borders included; indexed on both databases."""
        return self.filter(InBox(F("longitude"), F("latitude"), *bbox))

    def near(self, latitude: float, longitude: float, metres: float) -> Self:
        """Reports in the square of ``metres`` around a point: a first cut for a finer distance."""
        dlat = metres / METRES_PER_DEGREE
        dlon = dlat / max(cos(radians(latitude)), 0.01)
        return self.within(Bbox(longitude - dlon, latitude - dlat, longitude + dlon, latitude + dlat))

    def around(self, latitude: float, longitude: float, metres: float) -> Self:
        """Reports within ``metres`` of a point."""
        distance = square_metres_between(latitude, longitude)
        return self.near(latitude, longitude, metres * 1.01).filter(LessThanOrEqual(distance, metres**2))

    def inside(self, polygon: Mapping[str, Any], cover: Cover) -> Self:
        """Reports in a GeoJSON polygon, borders included; only those in cells of its edge are looked at."""
        clear, fill = parent_masks(cover.resolution)
        exact = Q(InPolygon(F("longitude"), F("latitude"), polygon=polygon))
        reports = self.within(Bbox(*bounds_of(polygon)))
        reports = reports.alias(covering_cell=F("cell").bitand(clear).bitor(fill))
        edge = Q(covering_cell__in=cover.edge) & exact
        return reports.filter(Q(covering_cell__in=cover.inner) | edge)

    def matching(self, question: Question) -> Self:
        """Reports whose words answer to a question; indexed on both databases."""
        return self.filter(Matches(F("pk"), question))

    def open(self) -> Self:
        """Reports that have not reached an end."""
        return self.filter(status__in=[status.value for status in OPEN])

    def awaiting_triage(self) -> Self:
        """Open reports for which a person must decide who answers."""
        return self.open().exclude(triage_reason="")

    def for_display(self) -> Self:
        """With everything a list shows, in one statement."""
        return self.select_related("category", "responsible")


def _inner(viewer: Viewer) -> Q:
    if viewer.sees_everything:
        return Q(pk__isnull=False)
    inner = Q(pk__in=[])
    if viewer.producer is not None:
        inner |= Q(producer=viewer.producer)
    if viewer.assisting_ids:
        inner |= _assisted_by(viewer)
    if viewer.organisation_ids:
        inner |= Q(Exists(Report.given_to(viewer.organisation_ids)))
    return inner


def _assisted_by(viewer: Viewer) -> Q:
    """What this viewer wrote down for others who have not taken it over since."""
    return Q(
        assistance__user=viewer.user,
        assistance__organisation__in=viewer.assisting_ids,
        assistance__ended_at__isnull=True,
    )


class Report(models.Model):
    """What a citizen sends to the city, with a reference; it belongs to a producer, never to a user."""

    class Kind(models.TextChoices):
        PROBLEM = "problem", _("problem")
        COMPLAINT = "complaint", _("complaint")
        SUGGESTION = "suggestion", _("suggestion")
        ENQUIRY = "enquiry", _("enquiry")

    class Channel(models.TextChoices):
        APP = "app", _("app")
        WEB = "web", _("web")
        DESK = "desk", _("desk")
        PHONE = "phone", _("phone")
        API = "api", _("API")
        OPEN311 = "open311", _("Open311")
        IMPORT = "import", _("import")

    class Datum(models.TextChoices):
        WGS84 = "wgs84", "WGS 84"
        GCJ02 = "gcj02", "GCJ-02"
        BD09 = "bd09", "BD-09"

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    reference = models.CharField(_("reference"), max_length=20, unique=True)
    secret_hash = models.CharField(max_length=64)
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="reports")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="reports", verbose_name=_("category")
    )
    text = models.TextField(_("text"), blank=True)
    salt = models.CharField(max_length=32, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    questions_version = models.PositiveIntegerField(default=0)

    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    accuracy_m = models.FloatField(_("accuracy in metres"), null=True, blank=True)
    cell = models.BigIntegerField(null=True, blank=True)
    raw_latitude = models.FloatField(null=True, blank=True)
    raw_longitude = models.FloatField(null=True, blank=True)
    datum = models.CharField(_("datum"), max_length=5, choices=Datum, default=Datum.WGS84)
    address = models.CharField(_("address"), max_length=300, blank=True)

    observed_at = models.DateTimeField(_("observed at"))
    created_at = models.DateTimeField(_("received at"), default=timezone.now)
    updated_at = models.DateTimeField(_("updated at"), default=timezone.now)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.APP)

    is_sandbox = models.BooleanField(_("sent to try things out"), default=False)

    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.RECEIVED)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason, blank=True)
    redirected_to = models.CharField(_("redirected to"), max_length=200, blank=True)
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates"
    )
    visibility = models.CharField(_("visibility"), max_length=8, choices=Visibility, default=Visibility.HELD)
    responsible = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible"),
    )
    triage_reason = models.CharField(_("why a person must decide"), max_length=20, blank=True)
    decision = models.JSONField(_("routing decision"), default=dict, blank=True)

    acknowledge_by = models.DateTimeField(_("acknowledge by"), null=True, blank=True)
    resolve_by = models.DateTimeField(_("resolve by"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    dispute_count = models.PositiveSmallIntegerField(default=0)
    support_count = models.PositiveIntegerField(_("support"), default=0)
    comment_count = models.PositiveIntegerField(_("comments"), default=0)
    cluster = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="members"
    )

    head_digest = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.Manager["Report"]] = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="report_newest"),
            models.Index(fields=["visibility", "-created_at", "-id"], name="report_visible_newest"),
            models.Index(fields=["responsible", "status", "resolve_by"], name="report_queue"),
            models.Index(fields=["producer", "-created_at"], name="report_own"),
            models.Index(fields=["created_at"], name="report_triage", condition=~Q(triage_reason="")),
            models.Index(fields=["created_at"], name="report_sandbox", condition=Q(is_sandbox=True)),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="report_kind_known",
                condition=Q(kind__in=["problem", "complaint", "suggestion", "enquiry"]),
            ),
            models.CheckConstraint(name="report_status_known", condition=Q(status__in=list(Status.values))),
            models.CheckConstraint(
                name="report_visibility_known", condition=Q(visibility__in=list(Visibility.values))
            ),
            models.CheckConstraint(
                name="report_end_has_reason",
                condition=(Q(status__in=sorted(TERMINAL)) & ~Q(reason=""))
                | (~Q(status__in=sorted(TERMINAL)) & Q(reason="")),
            ),
            models.CheckConstraint(
                name="report_duplicate_has_target",
                condition=~Q(status=Status.DUPLICATE) | Q(duplicate_of__isnull=False),
            ),
            models.CheckConstraint(
                name="report_redirected_names_who",
                condition=~Q(status=Status.REDIRECTED) | ~Q(redirected_to=""),
            ),
            models.CheckConstraint(
                name="report_position_whole",
                condition=Q(latitude__isnull=True, longitude__isnull=True, cell__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180), cell__isnull=False),
            ),
            models.CheckConstraint(
                name="report_has_place",
                condition=Q(latitude__isnull=False)
                | ~Q(address="")
                | Q(visibility="erased")
                | Q(channel="import"),
            ),
            models.CheckConstraint(
                name="report_sandbox_never_public", condition=Q(is_sandbox=False) | ~Q(visibility="public")
            ),
            models.CheckConstraint(
                name="report_never_nobody",
                condition=Q(responsible__isnull=False)
                | ~Q(triage_reason="")
                | Q(status__in=sorted(TERMINAL)),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @staticmethod
    def given_to(organisation_ids: Collection[int]) -> "models.QuerySet[Recipient]":
        """The subquery of recipients among these organisations of the report in the outer query."""
        return Recipient.objects.filter(
            report=OuterRef("pk"), organisation__in=organisation_ids, is_active=True
        )

    @property
    def is_open(self) -> bool:
        """Whether the report has not reached an end."""
        return self.status in OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether the moment by which it should be resolved has passed."""
        return self.is_open and self.resolve_by is not None and self.resolve_by < timezone.now()


class Recipient(models.Model):
    """An organisation that was given a report to work on, and may therefore read it."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="recipients")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["report", "organisation"], name="recipient_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organisation", "is_active", "report"], name="recipient_reports")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} → {self.organisation_id}"


class ReferenceBlock(models.Model):
    """A run of reference numbers handed to one process; see ``reports/references.py``."""

    def __str__(self) -> str:
        return f"block {self.pk}"
