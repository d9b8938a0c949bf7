"""Who answers for a report: the desk decides, tickets are offered, or it comes back to triage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from accounts.actors import SYSTEM, Actor
from accounts.models import Organisation
from reports.events import Happening, record, record_many
from reports.models import Event, Recipient, Report
from reports.services.locking import locked
from reports.workflow import Status
from routing.models import Category


@dataclass(frozen=True)
class Offer:
    """A ticket about to be offered, as the report's side sees it."""

    report: Report
    organisation: Organisation
    data: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def assign(
    report: Report,
    *,
    by: Actor,
    organisation: Organisation,
    executor: Organisation | None = None,
    category: Category | None = None,
    rule: str = "desk",
) -> Report:
    """Decide anew who answers, and perhaps correct the category; what else the rules said stays beside it.

    ``rule`` says by what: the desk's decision, or the responsibility whose turn it is.
    """
    report = locked(report)
    report.responsible = organisation
    report.triage_reason = ""
    report.category = category or report.category
    report.decision = {
        **report.decision,
        "organisation": organisation.code,
        "executor": executor.code if executor else None,
        "needs_triage": False,
        "decided_by": str(by.kind),
    }
    report.save(update_fields=["responsible", "triage_reason", "category", "decision"])
    data = {
        "organisation": organisation.code,
        "executor": executor.code if executor else None,
        "category": report.category.code,
        "triage": "",
        "rule": rule,
    }
    record(report, Event.Kind.ROUTED, by=by, organisation=organisation, data=data)
    return report


@transaction.atomic
def return_to_triage(
    report: Report, *, by: Actor, reason: str, organisation: Organisation | None = None
) -> Report:
    """Nobody is left to ask: the steering bureau's desk decides. The report's clocks run on.

    ``reason`` is one word for the desk, such as ``declined``; ``organisation`` goes on answering meanwhile.
    """
    report = locked(report)
    old = report.status
    report.triage_reason = reason
    report.responsible = organisation
    code = organisation.code if organisation else None
    data = {"organisation": code, "executor": None, "triage": reason, "rule": None}
    happenings = [Happening(report, Event.Kind.ROUTED, by, organisation=organisation, data=data)]
    if old in (Status.ASSIGNED, Status.IN_PROGRESS):
        report.status = Status.RECEIVED
        happenings.append(
            Happening(report, Event.Kind.STATUS, by, data={"old": old, "new": Status.RECEIVED.value})
        )
    record_many(happenings)
    fields = ["triage_reason", "responsible", "status", "head_digest", "version", "updated_at"]
    report.save(update_fields=fields)
    return report


@transaction.atomic
def offer_many(offers: Sequence[Offer], *, by: Actor = SYSTEM) -> None:
    """Note offered tickets on their reports: recipients, events, and ``received`` becomes ``assigned``.

    The reports are locked by the caller. Four statements however many offers there are.
    """
    happenings: list[Happening] = []
    for offer in offers:
        kind = Event.Kind.TICKET_OFFERED
        happenings.append(Happening(offer.report, kind, by, organisation=offer.organisation, data=offer.data))
        if offer.report.status == Status.RECEIVED:
            offer.report.status = Status.ASSIGNED
            moved = {"old": Status.RECEIVED.value, "new": Status.ASSIGNED.value}
            happenings.append(Happening(offer.report, Event.Kind.STATUS, by, data=moved))
    record_many(happenings)
    _save_heads({offer.report.pk: offer.report for offer in offers}.values())
    Recipient.objects.bulk_create(
        [Recipient(report=offer.report, organisation=offer.organisation) for offer in offers],
        update_conflicts=True,
        update_fields=["is_active"],
        unique_fields=["report", "organisation"],
    )


def note_many(happenings: Sequence[Happening]) -> None:
    """Write events of several reports, which the caller has locked: two statements however many there are."""
    record_many(happenings)
    _save_heads({happening.report.pk: happening.report for happening in happenings}.values())


def stop_reading(report: Report, organisation: Organisation) -> None:
    """The organisation no longer works on the report and may no longer read it."""
    stop_reading_many([(report, organisation)])


def stop_reading_many(pairs: Iterable[tuple[Report, Organisation]]) -> None:
    """The same for several, with one statement."""
    Recipient.objects.bulk_create(
        [
            Recipient(report=report, organisation=organisation, is_active=False)
            for report, organisation in pairs
        ],
        update_conflicts=True,
        update_fields=["is_active"],
        unique_fields=["report", "organisation"],
    )


def _save_heads(reports: Iterable[Report]) -> None:
    """One UPDATE joined with a list of values, on both databases."""
    rows = [(r.pk, r.status, r.head_digest, r.version, r.updated_at) for r in reports]
    if not rows:
        return
    typed = (
        "(%s::bigint,%s,%s,%s::integer,%s::timestamptz)"
        if connection.vendor == "postgresql"
        else "(%s,%s,%s,%s,%s)"
    )
    sql = (
        "UPDATE reports_report SET status = v.column2, head_digest = v.column3, "  # noqa: S608  # placeholders
        "version = v.column4, updated_at = v.column5 "
        f"FROM (VALUES {','.join([typed] * len(rows))}) AS v WHERE reports_report.id = v.column1"
    )
    adapt = connection.ops.adapt_datetimefield_value
    values = [v for pk, status, digest, version, at in rows for v in (pk, status, digest, version, adapt(at))]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
