"""The desk puts a pin where the citizen had only words."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from reports.errors import AlreadyPlaced
from reports.events import CHAINED, Happening, record_many
from reports.models import Event, Report
from reports.places import Place
from reports.services.locking import locked
from reports.services.submitting import routed_data
from routing.services import current_snapshot

PLACED = ("latitude", "longitude", "cell", "decision", "responsible", "triage_reason")


@transaction.atomic
def place_report(report: Report, place: Place, *, by: Actor) -> Report:
    """Place a report that came with an address alone; one that waits for triage is routed anew from there.

    What the citizen sent stays what it was: there is no raw position, and the trace goes on naming none.
    Raises AlreadyPlaced for a report whose position came from its sender.
    """
    report = locked(report)
    if report.raw_latitude is not None:
        raise AlreadyPlaced(_("This report came with a position of its own."))
    report.latitude, report.longitude, report.cell = place.latitude, place.longitude, place.cell
    happenings = [Happening(report, Event.Kind.EDITED, by, data={"what": "place"})]
    if report.is_open and report.triage_reason:
        happenings.append(_routed(report, place))
    record_many(happenings)
    report.save(update_fields=[*PLACED, *CHAINED])
    return report


def _routed(report: Report, place: Place) -> Happening:
    snapshot = current_snapshot()
    decision = snapshot.resolve(report.category.code, place.latitude, place.longitude, timezone.now())
    code = None if decision.needs_triage else decision.organisation
    report.responsible_id = snapshot.organisation(code).pk if code else None
    report.triage_reason, report.decision = str(decision.triage_reason), decision.as_json()
    return Happening(report, Event.Kind.ROUTED, SYSTEM, data=routed_data(decision))
