"""A report moves along its two lives."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import STAFF, Actor
from accounts.models import Producer
from reports.errors import DisputeOver, InvalidTransition, ReasonRequired
from reports.events import Happening, new_salt, record_many
from reports.models import Comment, Event, Report
from reports.services.forgetting import erase_report
from reports.services.locking import locked
from reports.workflow import (
    DISPUTABLE,
    REASONS,
    TERMINAL,
    Reason,
    Status,
    Visibility,
    legal_statuses,
    legal_visibilities,
)

DISPUTE_WITHIN = timedelta(days=28)
NEEDS_SOMEBODY = frozenset({Status.ASSIGNED, Status.IN_PROGRESS})
MOVED = (
    "status",
    "reason",
    "redirected_to",
    "duplicate_of",
    "resolved_at",
    "triage_reason",
    "visibility",
    "dispute_count",
    "head_digest",
    "version",
    "updated_at",
)


@transaction.atomic
def change_status(
    report: Report,
    new: Status,
    *,
    by: Actor,
    reason: Reason | str = "",
    text: str = "",
    redirected_to: str = "",
    duplicate_of: Report | None = None,
) -> Report:
    """Move a report along its workflow; of two people deciding at once the second is told.

    An end needs a reason of that end and words for the public. Raises InvalidTransition if ``new`` cannot
    follow the present status for this actor, ReasonRequired if the reason or the words are missing.
    """
    report = locked(report)
    old = _check_status(report, new, by)
    if new in TERMINAL:
        _check_end(report, new, reason, text, redirected_to, duplicate_of)
    report.status = new
    report.reason = reason if new in TERMINAL else ""
    report.redirected_to = redirected_to if new == Status.REDIRECTED else ""
    report.duplicate_of = duplicate_of if new == Status.DUPLICATE else None
    report.resolved_at = timezone.now() if new in TERMINAL else None
    report.triage_reason = "" if new != Status.RECEIVED else report.triage_reason or "reopened"
    words = _words(report, text, by) if text else None
    data = {"old": old, "new": str(new), **({"reason": str(reason)} if reason else {})}
    record_many([Happening(report, Event.Kind.STATUS, by, data=data, comment=words)])
    report.save(update_fields=MOVED)
    return report


@transaction.atomic
def change_visibility(report: Report, new: Visibility, *, by: Actor, reason: str = "") -> Report:
    """Screen, hide, open or erase a report. The first publication makes its producer known as trusted.

    Raises InvalidTransition when the table does not allow it.
    """
    report = locked(report)
    legal = legal_visibilities(report.visibility, by.kind)
    if new not in legal:
        raise InvalidTransition(_("The visibility"), report.visibility, new, legal)
    if new == Visibility.ERASED:
        return erase_report(report, by=by)
    old, report.visibility = report.visibility, new
    data = {"old": old, "new": str(new), **({"reason": reason} if reason else {})}
    record_many([Happening(report, Event.Kind.VISIBILITY, by, data=data)])
    report.save(update_fields=MOVED)
    if new == Visibility.PUBLIC and report.producer.user_id is not None:
        Producer.objects.filter(pk=report.producer_id, is_trusted=False).update(is_trusted=True)
    return report


@transaction.atomic
def dispute(report: Report, *, by: Actor, text: str) -> Report:
    """The producer says it is not resolved: once without staff, within 28 days of the end.

    Raises InvalidTransition when the report is not at such an end, DisputeOver when it is too late or was
    disputed before.
    """
    report = locked(report)
    if report.status not in DISPUTABLE:
        raise InvalidTransition(
            _("The report"), report.status, Status.ASSIGNED, legal_statuses(report.status, by.kind)
        )
    if by.kind not in STAFF:
        _check_dispute(report)
    old, new = report.status, Status.ASSIGNED if report.responsible_id else Status.RECEIVED
    _check_status(report, new, by)
    words = _words(report, text, by)
    report.status, report.reason, report.resolved_at = new, "", None
    report.triage_reason = "" if report.responsible_id else "reopened"
    report.dispute_count += 1
    disputed = Happening(report, Event.Kind.DISPUTED, by, organisation=report.responsible, comment=words)
    moved = Happening(report, Event.Kind.STATUS, by, data={"old": old, "new": str(new)})
    record_many([disputed, moved])
    report.save(update_fields=MOVED)
    return report


def withdraw(report: Report, *, by: Actor, text: str = "") -> Report:
    """The producer takes the report back."""
    return change_status(report, Status.WITHDRAWN, by=by, reason=Reason.PRODUCERS_WISH, text=text)


def _check_status(report: Report, new: Status, by: Actor) -> str:
    """The status left behind. Nobody's report cannot be assigned or in progress: somebody is named first."""
    legal = legal_statuses(report.status, by.kind)
    if report.responsible_id is None:
        legal = [status for status in legal if status not in NEEDS_SOMEBODY]
    if new not in legal:
        raise InvalidTransition(_("The report"), report.status, new, legal)
    return report.status


def _check_end(
    report: Report, new: Status, reason: str, text: str, redirected_to: str, duplicate_of: Report | None
) -> None:
    needs_words = new != Status.WITHDRAWN
    if reason not in REASONS[new] or (needs_words and not text):
        raise ReasonRequired(str(new.label), sorted(REASONS[new]))
    if new == Status.REDIRECTED and not redirected_to:
        raise ReasonRequired(str(new.label), [_("redirected_to names who answers for it")])
    if new == Status.DUPLICATE and (duplicate_of is None or duplicate_of.pk == report.pk):
        raise ReasonRequired(str(new.label), [_("duplicate_of names another report")])


def _check_dispute(report: Report) -> None:
    if report.dispute_count:
        raise DisputeOver(_("This report was disputed before; write a comment and the desk decides."))
    if report.resolved_at is None or timezone.now() - report.resolved_at > DISPUTE_WITHIN:
        raise DisputeOver(_("A report can be disputed within 28 days of its end."))


def _words(report: Report, text: str, by: Actor) -> Comment:
    """The public words beside a move."""
    return Comment.objects.create(
        report=report,
        kind=Comment.Kind.REASON,
        producer=by.producer,
        organisation=by.organisation,
        text=text,
        salt=new_salt(),
        is_public=True if by.organisation else report.producer.is_trusted,
    )
