"""What every list of the desk shares: rows by ``visible_to``, one page for a report, nothing typed over."""

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator
from unfold.views import ChangeList

from accounts.actors import Viewer
from accounts.viewers import viewer_of
from moderation.permissions import is_desk
from reports.models import Report
from routing.services import current_snapshot


class ToReportPage(ChangeList):
    """A list whose rows lead to the page of the report, by its public code."""

    def url_for_result(self, result: Model) -> str:
        return report_url(result if isinstance(result, Report) else getattr(result, "report"))  # noqa: B009  # rows about a report


class DeskAdmin(ModelAdmin):
    """A list of the desk: for bureau staff and auditors, without counting all rows, and without a form."""

    paginator = InfinitePaginator
    show_full_result_count = False
    list_per_page = 50
    list_fullwidth = True
    list_filter_submit = True
    actions: ClassVar[list[Any]] = []

    def viewer(self, request: HttpRequest) -> Viewer:
        """Who looks."""
        return viewer_of(request)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ToReportPage

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if not request.user.is_authenticated:
            return False
        viewer = self.viewer(request)
        return is_desk(viewer) or viewer.is_auditor

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def report_url(report: Report) -> str:
    """The page of a report."""
    return reverse("admin:reports_report_change", args=[report.code])


def moment(at: datetime | None) -> SafeString | str:
    """A moment as "in 3 hours" or, in red, "2 days late"; the exact time on hovering."""
    if at is None:
        return "–"
    now = timezone.now()
    is_late = at < now
    words = (
        _("{} late").format(timesince(at, now, depth=1))
        if is_late
        else _("in {}").format(timeuntil(at, now, depth=1))
    )
    style = "desk-late" if is_late else "desk-due"
    return format_html('<time class="{}" title="{}">{}</time>', style, _exactly(at), words)


def ago(at: datetime) -> SafeString:
    """How long ago something was; the exact time on hovering."""
    return format_html('<time title="{}">{}</time>', _exactly(at), _("{} ago").format(timesince(at, depth=1)))


def _exactly(at: datetime) -> str:
    return f"{timezone.localtime(at, city_zone()):%Y-%m-%d %H:%M}"


def city_zone() -> ZoneInfo:
    """The city's own clock: the desk reads no other."""
    city = current_snapshot().city
    return ZoneInfo(city.timezone if city else "UTC")
