"""A report written down for somebody: who typed, whose voice it is and how they agreed are separate facts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts import vault
from accounts.actors import Actor, ActorKind
from accounts.idempotency import forget_answers_about
from accounts.models import Consent, Membership
from accounts.services import producer_for
from reports.events import record
from reports.models import Assistance, Event, Report
from reports.services.locking import locked

TO_ASSISTANT = frozenset({Assistance.UpdatesTo.ASSISTANT, Assistance.UpdatesTo.BOTH})
TO_PERSON = frozenset({Assistance.UpdatesTo.PERSON, Assistance.UpdatesTo.BOTH})


@dataclass(frozen=True)
class Behalf:
    """For whom an assistant writes: how the person agreed, and who gets the news.

    ``contact`` is an e-mail address, a telephone number or a postal address, by ``contact_kind``.
    """

    membership: Membership
    method: str = Consent.Method.SPOKEN
    updates_to: str = Assistance.UpdatesTo.ASSISTANT
    contact_kind: str = ""
    contact: str = ""

    @property
    def actor(self) -> Actor:
        """Who typed it."""
        membership = self.membership
        return Actor(ActorKind.ASSISTANT, organisation=membership.organisation, user=membership.user)


def note_assistance(report: Report, behalf: Behalf) -> Assistance:
    """Keep who wrote a new report down, with the person's contact sealed; an assistant who gets the news
    needs a producer for the inbox.
    """
    if behalf.updates_to in TO_ASSISTANT and behalf.membership.user_id is not None:
        producer_for(behalf.membership.user)
    return Assistance.objects.create(
        report=report,
        organisation=behalf.membership.organisation,
        user=behalf.membership.user,
        role=behalf.membership.role,
        method=behalf.method,
        updates_to=behalf.updates_to,
        contact_kind=behalf.contact_kind,
        contact=vault.seal(behalf.contact) if behalf.contact else "",
        created_at=report.created_at,
        told_until=report.created_at,
    )


def contact_of(assistance: Assistance) -> str:
    """Where the person is reached; "" when nobody said, or when the key it was sealed with is gone."""
    try:
        return vault.unseal(assistance.contact) if assistance.contact else ""
    except vault.SecretLost:
        return ""


def mail_of_persons(producer_ids: Collection[int]) -> dict[int, str]:
    """The e-mail addresses of people who want news of what was written down for them; one statement."""
    wanted = Assistance.objects.filter(
        report__producer__in=producer_ids,
        updates_to__in=TO_PERSON,
        contact_kind=Assistance.ContactKind.EMAIL,
        ended_at=None,
    )
    rows = wanted.select_related("report").only("contact", "report__producer_id").order_by("pk")
    found = {row.report.producer_id: contact_of(row) for row in rows}
    return {producer: address for producer, address in found.items() if address}


def end_assistance(report: Report) -> bool:
    """The assistant sees the report no longer, and the person's contact is forgotten; False without one.

    Answers that are kept for a phone that sends again are forgotten too: the assistant has the key of one.
    """
    ended = Assistance.objects.filter(report=report, ended_at=None)
    if not ended.update(ended_at=timezone.now(), contact="", contact_kind=""):
        return False
    forget_answers_about(report.code)
    return True


@transaction.atomic
def note_letter_sent(assistance: Assistance, *, until: datetime, by: Actor) -> Assistance:
    """The news up to a moment went to the person by letter; what happened later needs another."""
    report = locked(assistance.report)
    assistance.told_until = max(until, assistance.told_until or until)
    assistance.letter_sent_at = timezone.now()
    assistance.save(update_fields=["told_until", "letter_sent_at"])
    how = {"by": str(assistance.contact_kind)}
    record(report, Event.Kind.LETTER_SENT, by=by, data=how, is_public=False)
    return assistance
