"""The page of one report: what is known, why it went where it went, what happened, and what can be done."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.viewers import viewer_of
from moderation.admin.acts import ACTS, BY_NAME, PUBLISH_PHOTO
from moderation.admin.case import Case
from moderation.admin.desk import city_zone, report_url
from moderation.admin.forms import ActForm
from moderation.admin.telling import routing_facts, timeline
from reports.models import PhotoBox, Report, ReportQuerySet
from tickets.models import Ticket

if TYPE_CHECKING:
    from moderation.admin.reports import ReportAdmin


class ReportPage:
    """One request for the page: shown, or something decided on it."""

    def __init__(self, admin: "ReportAdmin", request: HttpRequest, code: str) -> None:
        self.admin, self.request, self.code = admin, request, code

    def respond(self) -> HttpResponse:
        """The page, or the way back when there is no such report for this person."""
        case = self._case()
        if case is None or not self.admin.has_view_permission(self.request):
            messages.warning(self.request, _("There is no such report, or it is no longer yours to see."))
            return HttpResponseRedirect(reverse("admin:reports_report_changelist"))
        return self._decide(case) if self.request.method == "POST" else self._show(case)

    def _case(self) -> Case | None:
        viewer = viewer_of(self.request)
        reports: ReportQuerySet = Report.objects.visible_to(viewer)
        rows = reports.with_standing(viewer).select_related("category", "responsible", "duplicate_of")
        report = rows.filter(code=self.code).first()
        if report is None:
            return None
        tickets = Ticket.objects.visible_to(viewer).filter(report=report)
        found = list(tickets.select_related("organisation", "note", "proof").order_by("pk"))
        for ticket in found:
            ticket.report = report
        return Case(report, viewer, found)

    def _decide(self, case: Case) -> HttpResponse:
        """Run one act; whatever is wrong is said above the page, and what was written stays in its form."""
        act = BY_NAME.get(self.request.POST.get("act", ""))
        if act is None or not act.can(case):
            messages.error(self.request, _("This cannot be done with this report now."))
            return self._show(case, status=409)
        form = act.form(case, self.request.POST, self.request.FILES, prefix=act.name)
        if self.request.POST.get("version") != str(case.report.version):
            messages.warning(
                self.request, _("Somebody changed this report in the meantime: look at it, then decide anew.")
            )
            return self._show(case, form, status=409)
        if not form.is_valid():
            messages.error(self.request, _("Something is missing or wrong; see below."))
            return self._show(case, form, status=400)
        try:
            act.run(case, dict(form.cleaned_data))
        except DomainError as error:
            messages.error(self.request, str(error))
            return self._show(case, form, status=409)
        messages.success(self.request, _("Done: {}.").format(act.title))
        return HttpResponseRedirect(report_url(case.report))

    def _show(self, case: Case, bound: ActForm | None = None, status: int = 200) -> TemplateResponse:
        report = case.report
        boxes = Prefetch("boxes", PhotoBox.objects.filter(is_removed=False).order_by("pk"), "shown_boxes")
        photos = report.photos.order_by("pk").prefetch_related(boxes)
        context = {
            **self.admin.admin_site.each_context(self.request),
            "opts": Report._meta,  # noqa: SLF001  # how the admin's own templates name a model
            "title": report.reference,
            "subtitle": report.category.name,
            "is_fullwidth": "1",
            "case": case,
            "report": report,
            "photos": photos if case.is_inner else photos.filter(is_published=True),
            "timeline": timeline(report, is_inner=case.is_inner),
            "routing": routing_facts(report, get_language() or ""),
            "acts": [self._drawn(case, name, bound) for name in BY_NAME if self._is_drawn(case, name)],
            "can_publish_photos": PUBLISH_PHOTO.can(case),
            "map": _map(report),
            "zone": city_zone(),
        }
        return TemplateResponse(self.request, "moderation/report.html", context, status=status)

    def _is_drawn(self, case: Case, name: str) -> bool:
        return name != PUBLISH_PHOTO.name and BY_NAME[name].can(case)

    def _drawn(self, case: Case, name: str, bound: ActForm | None) -> dict[str, Any]:
        """An act with its form: the one that was sent comes back as it was."""
        act = BY_NAME[name]
        is_bound = bound is not None and bound.prefix == name
        form = bound if is_bound else act.form(case, prefix=name)
        return {"act": act, "form": form, "is_open": is_bound, "is_first": act is ACTS[0]}


def _map(report: Report) -> dict[str, Any] | None:
    """What the map is told; None for a report without a position."""
    if report.latitude is None or report.longitude is None:
        return None
    return {
        "latitude": report.latitude,
        "longitude": report.longitude,
        "accuracyM": report.accuracy_m,
        "areas": reverse("areas"),
    }
