"""People speak about a report: comments, answers, support."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.actors import Actor
from reports.errors import OwnReport
from reports.events import new_salt, record
from reports.models import Comment, Event, Report, Support
from reports.services.locking import locked


@transaction.atomic
def add_comment(report: Report, *, by: Actor, text: str, is_public: bool | None = None) -> Comment:
    """A comment; of a producer nobody has screened yet it stays with the desk until somebody looked."""
    if is_public is None:
        is_public = by.organisation is not None or bool(by.producer and by.producer.is_trusted)
    comment = _say(report, by, text, Comment.Kind.COMMENT, Event.Kind.COMMENTED, is_public=is_public)
    Report.objects.filter(pk=report.pk).update(comment_count=F("comment_count") + 1)
    return comment


@transaction.atomic
def answer(report: Report, *, by: Actor, text: str) -> Comment:
    """An organisation's public answer."""
    return _say(report, by, text, Comment.Kind.ANSWER, Event.Kind.ANSWERED, is_public=True)


@transaction.atomic
def support(report: Report, *, by: Actor) -> Report:
    """Back a report; twice is once. Raises OwnReport for the producer's own."""
    report = locked(report)
    if by.producer is None or by.producer.pk == report.producer_id:
        raise OwnReport(_("A report is not supported by whoever sent it."))
    _support, is_new = Support.objects.get_or_create(report=report, producer=by.producer)
    return _count_support(report, Event.Kind.SUPPORTED, 1, by) if is_new else report


@transaction.atomic
def unsupport(report: Report, *, by: Actor) -> Report:
    """Take one's support back; without any, nothing happens."""
    report = locked(report)
    deleted, _of_what = Support.objects.filter(report=report, producer=by.producer).delete()
    return _count_support(report, Event.Kind.UNSUPPORTED, -1, by) if deleted else report


def _count_support(report: Report, kind: Event.Kind, change: int, by: Actor) -> Report:
    report.support_count += change
    record(report, kind, by=by)
    report.save(update_fields=["support_count"])
    return report


def _say(
    report: Report, by: Actor, text: str, kind: Comment.Kind, event: Event.Kind, *, is_public: bool
) -> Comment:
    report = locked(report)
    comment = Comment.objects.create(
        report=report,
        kind=kind,
        producer=by.producer,
        organisation=by.organisation,
        text=text,
        salt=new_salt(),
        is_public=is_public,
    )
    record(report, event, by=by, comment=comment, is_public=is_public)
    return comment
