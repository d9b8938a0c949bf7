"""Some days after a report was resolved, whoever sent it is asked once whether it is: no is a dispute."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from notifications.errors import NothingToSay
from reports import services as reports
from reports.events import record
from reports.models import Event, Report
from reports.workflow import Status, Visibility

# Who could not be asked for so long (the service was down) is not asked any more.
TOO_LATE = timedelta(days=28)
BATCH = 200


def ask(now: datetime) -> int:
    """Ask the producers of the next reports that were resolved some days ago; returns how many."""
    events = Event.objects.filter(report=OuterRef("pk"))
    since = events.filter(kind=Event.Kind.ASKED, at__gte=OuterRef("resolved_at"))
    confirmed = events.filter(kind=Event.Kind.CONFIRMED, at__gte=OuterRef("resolved_at"))
    ripe = Report.objects.filter(
        status=Status.RESOLVED,
        resolved_at__lte=now - timedelta(days=settings.SURVEY_AFTER_DAYS),
        resolved_at__gt=now - TOO_LATE,
    )
    unasked = ripe.exclude(visibility=Visibility.ERASED).exclude(channel=Report.Channel.IMPORT)
    waiting = unasked.filter(~Exists(since), ~Exists(confirmed)).order_by("resolved_at", "pk")
    return sum(_ask(report) for report in waiting[:BATCH])


@transaction.atomic
def answer(report: Report, *, by: Actor, is_solved: bool, text: str = "") -> Report:
    """The producer says whether it is solved. Raises NothingToSay unless it is at such an end.

    No is a dispute, with what a dispute can be refused for; yes is written down once.
    """
    if not is_solved:
        return reports.dispute(report, by=by, text=text)
    report = _locked(report)
    if report.status != Status.RESOLVED:
        raise NothingToSay(_("Only a resolved report can be confirmed."))
    said = Event.objects.filter(report=report, kind=Event.Kind.CONFIRMED, at__gte=report.resolved_at)
    if not said.exists():
        record(report, Event.Kind.CONFIRMED, by=by)
    return report


@transaction.atomic
def _ask(report: Report) -> bool:
    """Ask, unless somebody moved the report or asked meanwhile."""
    report = _locked(report)
    asked = Event.objects.filter(report=report, kind=Event.Kind.ASKED, at__gte=report.resolved_at)
    if report.status != Status.RESOLVED or asked.exists():
        return False
    record(report, Event.Kind.ASKED, by=SYSTEM, is_public=False)
    return True


def _locked(report: Report) -> Report:
    return Report.objects.select_for_update(of=("self",)).select_related("producer").get(pk=report.pk)
