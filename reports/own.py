"""Whose things these are: queries for the one who looks."""

from django.db.models import Exists, OuterRef, QuerySet

from accounts.actors import Viewer
from reports.models import Comment, Report, Support


def reports_of(viewer: Viewer) -> QuerySet[Report]:
    """Reports that the viewer sent; a receipt opens one."""
    own = Report.objects.visible_to(viewer).filter(producer=viewer.producer).for_display()
    return own if viewer.report_code is None else own.filter(code=viewer.report_code)


def supports_of(viewer: Viewer) -> QuerySet[Support]:
    """The viewer's support of reports they may see. Who looks with a receipt sees none of the producer's."""
    readable = Report.objects.visible_to(viewer).filter(pk=OuterRef("report"))
    related = ("report__category", "report__responsible")
    own = Support.objects.filter(Exists(readable), producer=viewer.producer).select_related(*related)
    return own if viewer.report_code is None else own.none()


def comments_of(viewer: Viewer) -> QuerySet[Comment]:
    """What the viewer wrote, also beneath what they may no longer see; a receipt opens one report's."""
    own = Comment.objects.filter(producer=viewer.producer).select_related("report")
    return own if viewer.report_code is None else own.filter(report__code=viewer.report_code)
