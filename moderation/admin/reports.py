"""The two queues and the list of all reports; each row leads to the report's page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from moderation import queries
from moderation.admin.desk import DeskAdmin, ago, moment
from moderation.admin.page import ReportPage
from moderation.admin.telling import TRIAGE_REASONS
from moderation.models import HeldReport, TriageReport
from reports.models import Report, ReportQuerySet
from reports.workflow import Status, Visibility
from routing.services import current_snapshot

STATUS_COLOURS = {
    **dict.fromkeys(Status.values, "default"),
    "received": "warning",
    "assigned": "info",
    "in_progress": "primary",
    "resolved": "success",
    "declined": "danger",
}
VISIBILITY_COLOURS = {
    **dict.fromkeys(Visibility.values, "default"),
    "held": "warning",
    "public": "success",
    "hidden": "danger",
}


class ReportColumns(DeskAdmin):
    """What a row says about a report."""

    search_fields = ("^reference", "=code", "text", "address")
    ordering: tuple[str, ...] = ("-created_at", "-pk")

    @display(description=_("report"), ordering="reference", header=True)
    def who_and_what(self, report: Report) -> tuple[Any, ...]:
        """The reference over the first words."""
        words = report.text or report.address or "–"
        return report.reference, Truncator(words).chars(46)

    @display(description=_("category"), ordering="category__code")
    def category_name(self, report: Report) -> SafeString | str:
        """The category, marked when lives may hang on it."""
        if not report.category.is_hazard:
            return report.category.name
        hazard = '<span class="desk-hazard" title="{}">!</span> {}'
        return format_html(hazard, _("hazard"), report.category.name)

    @display(description=_("status"), ordering="status", label=STATUS_COLOURS)
    def status_label(self, report: Report) -> tuple[str, str]:
        """The status in its colour."""
        return report.status, report.get_status_display()

    @display(description=_("visibility"), ordering="visibility", label=VISIBILITY_COLOURS)
    def visibility_label(self, report: Report) -> tuple[str, str]:
        """The visibility in its colour."""
        return report.visibility, report.get_visibility_display()

    @display(description=_("why"), ordering="triage_reason", label=True)
    def triage_label(self, report: Report) -> str:
        """Why a person must decide."""
        return str(TRIAGE_REASONS.get(report.triage_reason, report.triage_reason))

    @display(description=_("proposal of the rules"))
    def proposal(self, report: Report) -> str:
        """Whom the rules would have asked."""
        code = report.decision.get("organisation")
        tongue = "en" if (get_language() or "").startswith("en") else "zh"
        return current_snapshot().organisation_name(code, tongue) if code else "–"

    @display(description=_("take by"), ordering="acknowledge_by")
    def take_by(self, report: Report) -> SafeString | str:
        """When somebody should have taken it."""
        return moment(report.acknowledge_by)

    @display(description=_("resolve by"), ordering="resolve_by")
    def due(self, report: Report) -> SafeString | str:
        """When it should be resolved, or that it is over."""
        return moment(report.resolve_by) if report.is_open else "–"

    @display(description=_("received"), ordering="created_at")
    def age(self, report: Report) -> SafeString:
        """How long ago it came."""
        return ago(report.created_at)


@admin.register(TriageReport)
class TriageAdmin(ReportColumns):
    """The first screen: hazards first, then what is due first."""

    list_display = ("who_and_what", "category_name", "triage_label", "proposal", "take_by", "due", "age")
    list_filter = (("category", RelatedDropdownFilter), ("kind", ChoicesDropdownFilter))
    ordering = ("-category__is_hazard", "acknowledge_by", "created_at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        waiting = queries.triage_queue(self.viewer(request)).values("pk")
        return TriageReport.objects.filter(pk__in=waiting).select_related("category", "responsible")


@admin.register(HeldReport)
class HeldAdmin(ReportColumns):
    """Reports that nobody outside sees before somebody has looked at them."""

    list_display = ("who_and_what", "category_name", "status_label", "responsible", "take_by", "age")
    list_filter = (("category", RelatedDropdownFilter), ("kind", ChoicesDropdownFilter))
    ordering = ("-category__is_hazard", "created_at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        held = queries.screening_queue(self.viewer(request)).values("pk")
        return HeldReport.objects.filter(pk__in=held).select_related("category", "responsible")


@admin.register(Report)
class ReportAdmin(ReportColumns):
    """Every report this person may see; the page of one is not a form but the desk."""

    list_display = (
        "who_and_what",
        "category_name",
        "status_label",
        "visibility_label",
        "responsible",
        "due",
        "age",
    )
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("visibility", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("category", RelatedDropdownFilter),
        ("responsible", RelatedDropdownFilter),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        reports: ReportQuerySet = Report.objects.visible_to(self.viewer(request))
        return reports.for_display()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The report's page, and what is decided on it."""
        return ReportPage(self, request, object_id).respond()
