"""What is left of an erased report, and who may still read it.

A tombstone is no report: nothing that lists, maps or searches finds it. It is for those who had to do with
it: whoever holds its receipt, the organisations it was given to, and whoever watches over all of them.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from accounts.actors import Viewer
from reports.models import Event, Recipient, Report
from reports.queries import report_for, trace_of
from reports.workflow import Visibility
from routing.cells import name_of


def tombstone_for(viewer: Viewer, code: str) -> Report:
    """The erased report if this viewer had to do with it; one statement. Raises Http404."""
    erased = Report.objects.filter(visibility=Visibility.ERASED, code=code).filter(_had_to_do_with_it(viewer))
    report = erased.for_display().first()
    if report is None:
        raise Http404
    return report


def report_or_tombstone(viewer: Viewer, code: str) -> Report:
    """The report, or what is left of it, if this viewer may know of it. Raises Http404."""
    try:
        return report_for(viewer, code)
    except Http404:
        return tombstone_for(viewer, code)


def with_trace(report: Report) -> dict[str, Any]:
    """The tombstone with its verifiable story: one statement more."""
    related = ("organisation", "by_organisation")
    events = list(Event.objects.filter(report=report).select_related(*related).order_by("pk"))
    erased = [event.at for event in events if event.kind == Event.Kind.ERASED]
    return {
        "report": report,
        "cell": None if report.cell is None else name_of(report.cell),
        "erased_at": erased[-1] if erased else report.updated_at,
        "trace": trace_of(report, events, None),
    }


def _had_to_do_with_it(viewer: Viewer) -> Q:
    if viewer.sees_everything:
        return Q(pk__isnull=False)
    known = Q(pk__in=[])
    if viewer.producer is not None and viewer.report_code is not None:
        known |= Q(producer=viewer.producer, code=viewer.report_code)
    if viewer.organisation_ids:
        given = Recipient.objects.filter(report=OuterRef("pk"), organisation__in=viewer.organisation_ids)
        known |= Q(Exists(given)) | Q(responsible__in=viewer.organisation_ids)
    return known
