"""What becomes of somebody's reports, support and words when they delete their account."""

from accounts.actors import Actor, ActorKind
from accounts.leaving import Leaving
from accounts.models import Consent, Producer
from reports import services
from reports.models import Comment, Report, Support
from reports.workflow import Visibility


def let_go(leaving: Leaving) -> None:
    """Erase everything, or leave reports, support and words as those of a pseudonym that leads nowhere.

    Support that stays counts on: it is a voice, and nobody can tell whose. In either case nobody may be
    written to any more.
    """
    if leaving.producer is None:
        return
    if leaving.erases:
        _erase(leaving.producer, Actor(ActorKind.PRODUCER, producer=leaving.producer, user=leaving.user))
    else:
        services.withdraw_consent(leaving.producer, Consent.Purpose.CONTACT_ME)
    services.erase_uploads(leaving.producer)


def _erase(producer: Producer, by: Actor) -> None:
    for purpose in Consent.Purpose.values:
        services.withdraw_consent(producer, purpose)
    own = Report.objects.filter(producer=producer).exclude(visibility=Visibility.ERASED)
    for report in own.order_by("pk"):
        services.erase_report(report, by=by)
    for support in Support.objects.filter(producer=producer).select_related("report").order_by("pk"):
        services.unsupport(support.report, by=by)
    for comment in Comment.objects.filter(producer=producer).order_by("pk"):
        services.erase_comment(comment)
