"""A report is erased: what it said goes, that it was there stays.

Left is a tombstone: category, kind, times, status, the organisation that answered, and a cell as coarse as
the public ever sees. The digests of its events named text and place only through salted hashes; the salts go
with the content, so the chain still verifies and nobody can guess what it was about.
"""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.idempotency import forget_answers_about
from accounts.models import Consent, Producer
from reports.errors import InvalidTransition
from reports.events import Happening, record_many
from reports.models import Assistance, Comment, Event, Report, SearchText
from reports.services.erasing import erase_photos
from reports.services.locking import locked
from reports.workflow import Reason, Status, Visibility, legal_visibilities
from routing.cells import centre_of, parent, resolution_of

# H3 resolutions: a defect lies in a cell of 0.1 km², the conduct of a person in one of 0.7 km².
PUBLIC_RESOLUTION = 9
PUBLIC_RESOLUTION_OF_CONDUCT = 8
KEPT_OF_DECISION = (
    "category",
    "organisation",
    "executor",
    "rule",
    "executor_rule",
    "needs_triage",
    "version",
)
FORGOTTEN: dict[str, Any] = {
    "text": "",
    "salt": "",
    "answers": {},
    "address": "",
    "accuracy_m": None,
    "raw_latitude": None,
    "raw_longitude": None,
    "datum": Report.Datum.WGS84,
    "triage_reason": "",
}
MOVED = ("status", "reason", "resolved_at", "head_digest", "version", "updated_at")
PLACED = ("latitude", "longitude", "cell", "decision", "visibility", "producer")


@transaction.atomic
def erase_report(report: Report, *, by: Actor) -> Report:
    """Erase a report for good; an open one is withdrawn first, so that nobody goes on working on it.

    The report of an account no longer belongs to that account afterwards; its receipt still opens the
    tombstone. Everything above this floor follows the event. Raises InvalidTransition when it was erased
    before or ``by`` may not.
    """
    report = locked(report)
    legal = legal_visibilities(report.visibility, by.kind)
    if Visibility.ERASED not in legal:
        raise InvalidTransition(_("The visibility"), report.visibility, Visibility.ERASED, legal)
    erase_photos(report, by=by)
    ended = Assistance.objects.filter(report=report, ended_at=None)
    ended.update(ended_at=timezone.now(), contact="", contact_kind="")
    _erase_words(report)
    happenings = _ending(report, by)
    old, report.visibility = report.visibility, Visibility.ERASED
    happenings.append(Happening(report, Event.Kind.ERASED, by, data={"old": old}))
    _forget(report)
    record_many(happenings)
    report.save(update_fields=[*FORGOTTEN, *MOVED, *PLACED])
    forget_answers_about(report.code)
    return report


@transaction.atomic
def erase_comment(comment: Comment) -> None:
    """Blank somebody's words; the event that named them still has their hash, which nobody can undo."""
    Comment.objects.filter(pk=comment.pk).update(text="", salt="", is_public=False, producer=None)
    forget_answers_about(comment.code)


def _erase_words(report: Report) -> None:
    """The producer's own words, and those of the organisations that spoke with them and may quote them."""
    own = Q(producer=report.producer) | Q(producer=None)
    Comment.objects.filter(own, report=report).update(text="", salt="", producer=None)
    SearchText.objects.filter(report=report).delete()


def _ending(report: Report, by: Actor) -> list[Happening]:
    """An open report ends with the producer's wish, whoever carries it out."""
    if not report.is_open:
        return []
    old, report.status = report.status, Status.WITHDRAWN
    report.reason, report.resolved_at = Reason.PRODUCERS_WISH, timezone.now()
    data = {"old": old, "new": str(Status.WITHDRAWN), "reason": str(Reason.PRODUCERS_WISH)}
    return [Happening(report, Event.Kind.STATUS, by, data=data)]


def _forget(report: Report) -> None:
    for name, empty in FORGOTTEN.items():
        setattr(report, name, empty)
    report.decision = {name: report.decision[name] for name in KEPT_OF_DECISION if name in report.decision}
    cell = public_cell(report)
    if cell is not None:
        report.cell = cell
        report.latitude, report.longitude = centre_of(cell)
    _unlink(report)


def public_cell(report: Report) -> int | None:
    """The cell of a report as coarse as the public sees it; None without a place."""
    if report.cell is None:
        return None
    is_conduct = report.kind == Report.Kind.COMPLAINT
    finest = PUBLIC_RESOLUTION_OF_CONDUCT if is_conduct else PUBLIC_RESOLUTION
    return parent(report.cell, min(finest, resolution_of(report.cell)))


def _unlink(report: Report) -> None:
    """Of an account, or of other reports, nothing leads here any more; what was agreed to for it ends."""
    old = report.producer
    if old.user_id is not None or Report.objects.filter(producer=old).exclude(pk=report.pk).exists():
        report.producer = Producer.objects.create()
        return
    Consent.objects.filter(producer=old, withdrawn_at=None).update(withdrawn_at=timezone.now())
