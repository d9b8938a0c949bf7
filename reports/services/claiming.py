"""An account takes over a report that was sent without one, by its receipt."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, ActorKind
from accounts.codes import hash_secret, new_secret, same_secret
from accounts.models import Consent, Producer, User
from accounts.services import producer_for
from reports.errors import AlreadyClaimed, BadReceipt
from reports.events import CHAINED, Happening, record_many
from reports.models import Comment, Event, Report, Support, Upload
from reports.receipts import report_of_receipt
from reports.services.assisting import end_assistance
from reports.services.locking import locked
from reports.services.voices import unsupport
from reports.workflow import Visibility

TAKEN = (*CHAINED, "producer", "secret_hash")


@dataclass(frozen=True)
class Claimed:
    """The report, and the secret of its new receipt; None when it was the account's own before."""

    report: Report
    secret: str | None


def claim_report(code: str, secret: str, *, by: User) -> Claimed:
    """Make a report that belongs to no account the account's own, with what its producer said and agreed to.

    The receipt is renewed: whoever knew the old secret (an assistant who printed it, say) no longer reads
    the report. The trace stays as it was, because no digest names the producer. Raises BadReceipt, also
    when there is no such report, and AlreadyClaimed when it belongs to another account.
    """
    own = Report.objects.for_display().filter(code=code, producer__user=by)
    mine = own.exclude(visibility=Visibility.ERASED).first()
    if mine is not None:
        return Claimed(mine, None)
    opened = report_of_receipt(code, secret)
    if opened.visibility == Visibility.ERASED:
        raise BadReceipt(_("There is no such receipt."))
    return _claim(opened, secret, by)


@transaction.atomic
def _claim(report: Report, secret: str, by: User) -> Claimed:
    """The same with the report locked: of two who come at once, the second finds another secret."""
    report = locked(report)
    old = report.producer
    if old.user_id == by.pk:
        return Claimed(report, None)
    if old.user_id is not None:
        raise AlreadyClaimed(_("This report belongs to an account already."))
    if not same_secret(secret, report.secret_hash):
        raise BadReceipt(_("There is no such receipt."))
    own = _joined(old, by)
    if own.pk != old.pk:
        _take_voices(report, old, own)
        _take_consents(old, own)
        report = locked(report)
    end_assistance(report)
    fresh = new_secret()
    report.producer, report.secret_hash = own, hash_secret(fresh)
    actor = Actor(ActorKind.PRODUCER, producer=own)
    record_many([Happening(report, Event.Kind.CLAIMED, actor, is_public=False)])
    report.save(update_fields=TAKEN)
    return Claimed(report, fresh)


def _joined(old: Producer, by: User) -> Producer:
    """The account's producer: of an account that never acted, the one of the report becomes it."""
    if not Producer.objects.filter(user=by).exists():
        try:
            with transaction.atomic():
                old.user = by
                old.save(update_fields=["user"])
        except IntegrityError:  # the account acted for the first time just now, elsewhere
            old.user = None
        else:
            return old
    return producer_for(by)


def _take_voices(report: Report, old: Producer, own: Producer) -> None:
    """Comments, support and uploads follow their sender; nobody supports their own, or one report twice."""
    Comment.objects.filter(producer=old).update(producer=own)
    Upload.objects.filter(producer=old).update(producer=own)
    unsupport(report, by=Actor(ActorKind.PRODUCER, producer=own))
    backed = Support.objects.filter(producer=own).values("report")
    for support in Support.objects.filter(producer=old, report__in=backed).select_related("report"):
        unsupport(support.report, by=Actor(ActorKind.PRODUCER, producer=old))
    Support.objects.filter(producer=old).update(producer=own)


def _take_consents(old: Producer, own: Producer) -> None:
    """What was agreed to goes along, unless the account has agreed to it itself, or taken it back since."""
    said = Consent.objects.filter(producer=own).order_by("given_at", "pk")
    last = {(consent.purpose, consent.recipient_id): consent for consent in said}
    for consent in Consent.objects.filter(producer=old).order_by("pk"):
        known = last.get((consent.purpose, consent.recipient_id))
        if consent.withdrawn_at is None and known is not None:
            if known.withdrawn_at is None:
                continue
            if known.withdrawn_at > consent.given_at:
                consent.withdrawn_at = known.withdrawn_at
        consent.producer = own
        consent.save(update_fields=["producer", "withdrawn_at"])
