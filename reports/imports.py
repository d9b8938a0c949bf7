"""Reports that another system took in: many at once, at their own times, with a whole chain of events each.

What an import knows about the end of a report is written as the moves of ``workflow.py`` that lead there, so
a past report reads, verifies and counts like one of our own. Ends are moves of the organisation that
answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.actors import SYSTEM, Actor, ActorKind
from accounts.codes import hash_secret, new_secret
from accounts.models import Organisation, Producer
from reports.events import Happening, chained, content_hash, new_salt, write
from reports.models import Comment, Event, Report
from reports.places import Place
from reports.references import take_references
from reports.services.submitting import content_of, routed_data
from reports.workflow import Reason, Status, Visibility
from routing.decision import RoutingDecision
from routing.rows import CategoryRow
from routing.services import current_snapshot
from routing.snapshot import Snapshot


@dataclass(frozen=True)
class Past:
    """A report as another system had it. ``ended_at`` is None while it is open; ``outcome`` are words of its
    end.

    ``duplicate_of`` makes the end a duplicate of a report that exists already.
    """

    kind: str
    category: CategoryRow
    text: str
    place: Place
    observed_at: datetime
    language: str = "zh-hans"
    due_at: datetime | None = None
    is_ended: bool = False
    ended_at: datetime | None = None
    outcome: str = ""
    duplicate_of: Report | None = None


@transaction.atomic
def import_reports(pasts: Sequence[Past]) -> list[Report]:
    """Take in reports of the past, routed by the rules of their day, in the order given.

    They are public, because they were where they come from, unless their category is private. Nobody holds a
    receipt for them. The number of statements does not depend on the number of reports, but for the
    databases' own limit on the size of one.
    """
    snapshot = current_snapshot()
    decisions = [_decide(past, snapshot) for past in pasts]
    producers = Producer.objects.bulk_create([Producer(created_at=past.observed_at) for past in pasts])
    reports = [
        _new_report(past, decision, producer, snapshot)
        for past, decision, producer in zip(pasts, decisions, producers, strict=True)
    ]
    for report, reference in zip(reports, _references(pasts), strict=True):
        report.reference = reference
    organisations = Organisation.objects.in_bulk(list(_answering(reports, snapshot)), field_name="pk")
    comments: list[Comment] = []
    happenings: list[Happening] = []
    for past, decision, report in zip(pasts, decisions, reports, strict=True):
        happenings += _beginning(past, decision, report)
        happenings += _end(past, report, organisations.get(_answers(report, snapshot)), comments)
    events = chained(happenings)
    Report.objects.bulk_create(reports)
    Comment.objects.bulk_create(comments)
    write(events)
    return reports


def _decide(past: Past, snapshot: Snapshot) -> RoutingDecision:
    place = past.place
    return snapshot.resolve(
        past.category.code, place.latitude, place.longitude, past.observed_at, place.accuracy_m
    )


def _references(pasts: Sequence[Past]) -> list[str]:
    """References bear the year in which the report was taken in, there."""
    years: dict[int, list[int]] = {}
    for index, past in enumerate(pasts):
        years.setdefault(past.observed_at.year, []).append(index)
    references = [""] * len(pasts)
    for indexes in years.values():
        taken = take_references(len(indexes), pasts[indexes[0]].observed_at)
        for index, reference in zip(indexes, taken, strict=True):
            references[index] = reference
    return references


def _new_report(past: Past, decision: RoutingDecision, producer: Producer, snapshot: Snapshot) -> Report:
    category, place = past.category, past.place
    acknowledge_by, resolve_by = snapshot.service_levels(category.code, past.observed_at)
    responsible = None if decision.needs_triage else decision.organisation
    return Report(
        producer=producer,
        secret_hash=hash_secret(new_secret()),
        kind=past.kind,
        category_id=category.pk,
        text=past.text,
        salt=new_salt(),
        language=past.language,
        latitude=place.latitude,
        longitude=place.longitude,
        accuracy_m=place.accuracy_m,
        cell=place.cell,
        raw_latitude=place.raw_latitude,
        raw_longitude=place.raw_longitude,
        datum=place.datum,
        address=place.address,
        observed_at=past.observed_at,
        created_at=past.observed_at,
        channel=Report.Channel.IMPORT,
        visibility=Visibility.PRIVATE if category.is_private_by_default else Visibility.PUBLIC,
        responsible_id=snapshot.organisation(responsible).pk if responsible else None,
        triage_reason="" if past.is_ended else str(decision.triage_reason),
        decision=decision.as_json(),
        acknowledge_by=acknowledge_by,
        resolve_by=past.due_at or resolve_by,
    )


def _beginning(past: Past, decision: RoutingDecision, report: Report) -> list[Happening]:
    content = content_hash(report.salt, content_of(report))
    about = {
        "category": past.category.code,
        "kind": past.kind,
        "channel": str(Report.Channel.IMPORT),
        "content": content,
    }
    producer = Actor(ActorKind.PRODUCER, producer=report.producer)
    return [
        Happening(report, Event.Kind.SUBMITTED, producer, data=about, at=past.observed_at),
        Happening(report, Event.Kind.ROUTED, SYSTEM, data=routed_data(decision), at=past.observed_at),
    ]


def _end(
    past: Past, report: Report, organisation: Organisation | None, comments: list[Comment]
) -> list[Happening]:
    """Move an ended report to its end; the words about it, if any, are added to ``comments``."""
    if not past.is_ended:
        return []
    at = past.ended_at or past.observed_at
    officer = Actor(ActorKind.OFFICER, organisation=organisation) if organisation else SYSTEM
    old, happenings = Status.RECEIVED, []
    if report.responsible_id is not None:
        old = Status.ASSIGNED
        assigned = {"old": Status.RECEIVED.value, "new": old.value}
        happenings.append(Happening(report, Event.Kind.STATUS, SYSTEM, data=assigned, at=past.observed_at))
    report.status, report.reason = _status_at_end(past)
    report.duplicate_of = past.duplicate_of
    report.resolved_at = past.ended_at
    words = _words(past, report, organisation, at)
    comments += [words] if words else []
    data = {"old": old.value, "new": str(report.status), "reason": str(report.reason)}
    happenings.append(Happening(report, Event.Kind.STATUS, officer, data=data, comment=words, at=at))
    return happenings


def _status_at_end(past: Past) -> tuple[Status, Reason]:
    if past.duplicate_of is not None:
        return Status.DUPLICATE, Reason.SAME_MATTER
    is_fixed = past.kind in (Report.Kind.PROBLEM, Report.Kind.COMPLAINT)
    return Status.RESOLVED, Reason.FIXED if is_fixed else Reason.ANSWERED


def _words(past: Past, report: Report, organisation: Organisation | None, at: datetime) -> Comment | None:
    if not past.outcome:
        return None
    kind = Comment.Kind.REASON
    return Comment(
        report=report,
        kind=kind,
        organisation=organisation,
        text=past.outcome,
        salt=new_salt(),
        is_public=True,
        created_at=at,
    )


def _answers(report: Report, snapshot: Snapshot) -> int:
    """The key of the organisation that answers at the end: the responsible one, else the steering bureau; 0
    is none.
    """
    if report.responsible_id is not None:
        return report.responsible_id
    return snapshot.organisation(snapshot.steering).pk if snapshot.steering else 0


def _answering(reports: Sequence[Report], snapshot: Snapshot) -> set[int]:
    return {_answers(report, snapshot) for report in reports} - {0}
