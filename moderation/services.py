"""What the desk does. Whatever withholds, publishes, closes or re-assigns leaves a decision and a copy."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Organisation
from moderation.errors import DecisionNeedsReason, NobodyAnswers
from moderation.models import Decision
from moderation.reasons import HIDING
from reports import services as reports
from reports.errors import InvalidTransition
from reports.models import Comment, Photo, Report
from reports.workflow import OPEN, TERMINAL, Status, Visibility, legal_statuses
from routing.models import Category

_OF_VISIBILITY = {
    Visibility.PUBLIC: Decision.What.PUBLISHED,
    Visibility.PRIVATE: Decision.What.MADE_PRIVATE,
    Visibility.HIDDEN: Decision.What.HIDDEN,
}


@transaction.atomic
def assign(
    report: Report,
    *,
    by: Actor,
    organisation: Organisation,
    executor: Organisation | None = None,
    category: Category | None = None,
) -> Report:
    """Decide who answers and who works; tickets follow. Raises InvalidTransition for a closed report."""
    report = reports.locked(report)
    if not report.is_open:
        legal = legal_statuses(report.status, by.kind)
        raise InvalidTransition(_("The report"), report.status, Status.ASSIGNED, legal)
    _decide(report, Decision.What.ASSIGNED, by)
    return reports.assign(report, by=by, organisation=organisation, executor=executor, category=category)


def answer(report: Report, *, by: Actor, text: str) -> Comment:
    """Say something in public for the organisation; the report stays as it is."""
    return reports.answer(report, by=by, text=text)


@transaction.atomic
def move(report: Report, new: Status, *, by: Actor, reason: str = "", **words: Any) -> Report:
    """Close a report with a reason and public words, or open it again.

    ``words`` are ``text``, ``redirected_to`` and ``duplicate_of`` (of a duplicate: its head is meant).
    Raises InvalidTransition, ReasonRequired; NobodyAnswers when it should go on and is nobody's.
    """
    report = reports.locked(report)
    if new in OPEN - {Status.RECEIVED} and report.responsible is None:
        raise NobodyAnswers(_("Nobody answers for this report yet: assign it first."))
    what = Decision.What.CLOSED if new in TERMINAL else Decision.What.REOPENED
    if new in TERMINAL or report.status in TERMINAL:
        _decide(report, what, by, reason)
    if (target := words.get("duplicate_of")) is not None:
        words["duplicate_of"] = target.duplicate_of or target
    return reports.change_status(report, new, by=by, reason=reason, **words)


@transaction.atomic
def show(report: Report, new: Visibility, *, by: Actor, reason: str = "") -> Report:
    """Publish, keep private or hide. Raises InvalidTransition; DecisionNeedsReason for hiding without."""
    if new == Visibility.HIDDEN and reason not in HIDING:
        raise DecisionNeedsReason(sorted(HIDING))
    report = reports.locked(report)
    if new in _OF_VISIBILITY:
        _decide(report, _OF_VISIBILITY[new], by, reason)
    return reports.change_visibility(report, new, by=by, reason=reason)


@transaction.atomic
def publish_photo(photo: Photo, *, by: Actor) -> Photo:
    """Somebody has looked at the photo: whoever may see the report may see it. Raises NotPublishable."""
    report = reports.locked(photo.report)
    _decide(report, Decision.What.PHOTO_PUBLISHED, by, prior={"photo": photo.code})
    return reports.publish_photo(photo, by=by)


def prior_copy(report: Report) -> dict[str, Any]:
    """All of a report that a decision may change or withhold, as it stands before."""
    return {
        "status": report.status,
        "reason": report.reason,
        "visibility": report.visibility,
        "category": report.category.code,
        "responsible": report.responsible.code if report.responsible else None,
        "executor": report.decision.get("executor"),
        "triage_reason": report.triage_reason,
        "redirected_to": report.redirected_to,
        "text": report.text,
        "address": report.address,
        "version": report.version,
    }


def _decide(
    report: Report, what: Decision.What, by: Actor, reason: str = "", prior: dict[str, Any] | None = None
) -> Decision:
    return Decision.objects.create(
        report=report,
        what=what,
        reason=reason,
        prior=prior or prior_copy(report),
        by_kind=by.kind,
        by_user=by.user,
        by_organisation=by.organisation,
    )
