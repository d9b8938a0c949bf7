"""What is news, for whom, and in which words. An event that is not in the table is no news.

The words are for everybody who reads them: whoever sent the report, whoever follows it, and whoever watches
for reports like it.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import ActorKind
from notifications.models import InboxItem, Topic
from reports.models import Event
from reports.workflow import TERMINAL, Status, Visibility

HEADLINES: dict[str, Promise] = {
    "ticket.offered": _("%(organisation)s answers for it"),
    "report.status:received": _("It is being decided who answers for it"),
    "report.status:in_progress": _("Work has begun"),
    "report.status:resolved": _("Resolved"),
    "report.status:declined": _("Declined"),
    "report.status:redirected": _("Redirected: it belongs to someone outside"),
    "report.status:duplicate": _("Joined to an earlier report of the same matter"),
    "report.status:withdrawn": _("Withdrawn by whoever sent it"),
    "report.status:reopened": _("Opened again"),
    "report.visibility:public": _("Published"),
    "report.visibility:private": _("No longer public, or kept private from the start"),
    "report.visibility:hidden": _("Hidden by moderation"),
    "report.answered": _("%(organisation)s has answered"),
    "report.commented": _("A new comment"),
    "report.disputed": _("Disputed: whoever sent it says that it is not resolved"),
    "photo.published": _("A photo was published"),
    "photo.refused": _("A photo could not be taken"),
    "survey.asked": _("Is it solved?"),
    "ticket.accepted": _("%(organisation)s takes the work"),
    "ticket.noted": _("%(organisation)s says how it goes"),
    "ticket.done": _("%(organisation)s says that the work is done"),
}
WATCHED_HEADLINE = _("A new report where you watch")
TOPICS: dict[str, Topic] = {
    "report.answered": Topic.ANSWERS,
    "report.commented": Topic.COMMENTS,
    "photo.published": Topic.COMMENTS,
    "photo.refused": Topic.MODERATION,
    "report.visibility:public": Topic.MODERATION,
    "report.visibility:private": Topic.MODERATION,
    "report.visibility:hidden": Topic.MODERATION,
    "survey.asked": Topic.SURVEY,
}  # everything else is progress
# What the public does not read, and whoever sent the report must know.
FOR_PRODUCER = frozenset({"photo.refused", "survey.asked"})
FOR_SUPPORTERS = frozenset(
    {
        "ticket.offered",
        "report.status:in_progress",
        "report.status:resolved",
        "report.status:declined",
        "report.status:redirected",
        "report.status:duplicate",
        "report.status:withdrawn",
        "report.status:reopened",
        "report.answered",
        "report.disputed",
    }
)


def topic_of(event: Event) -> str:
    """The row of ``HEADLINES`` for this event; "" when it is no news for anybody."""
    topic = _topic(event)
    return topic if topic in HEADLINES and (event.is_public or topic in FOR_PRODUCER) else ""


def kind_of(item: InboxItem) -> Topic:
    """Of which kind of news this is, as people choose how often they want it."""
    if item.why == InboxItem.Why.WATCHED:
        return Topic.WATCHED
    return TOPICS.get(topic_of(item.event), Topic.PROGRESS)


def appears(event: Event) -> bool:
    """Whether with this event a report becomes readable for the public for the first time."""
    if event.kind == Event.Kind.SUBMITTED:
        return True  # of the reports that are public now: a held one appears later
    is_publication = event.kind == Event.Kind.VISIBILITY and event.data["new"] == Visibility.PUBLIC
    return is_publication and event.data["old"] in (Visibility.HELD, Visibility.PRIVATE)


def title_of(event: Event, why: str = InboxItem.Why.OWN) -> str:
    """The headline in the language that is active now."""
    if why == InboxItem.Why.WATCHED:
        return _watched_title(event)
    organisation = event.organisation or event.by_organisation
    return str(HEADLINES[topic_of(event)]) % {"organisation": organisation.name if organisation else ""}


def _watched_title(event: Event) -> str:
    if appears(event):
        return str(WATCHED_HEADLINE)
    return gettext("Where you watch: %(status)s") % {"status": Status(event.data["new"]).label}


def is_own_act(event: Event, producer_id: int, user_id: int | None) -> bool:
    """Whether this producer, or its account in another role, did it."""
    if event.by_user_id is not None:
        return event.by_user_id == user_id
    if event.comment is not None and event.comment.producer_id is not None:
        return event.comment.producer_id == producer_id
    return event.by_kind == ActorKind.PRODUCER and event.report.producer_id == producer_id


def _topic(event: Event) -> str:
    match event.kind:
        case Event.Kind.STATUS:
            is_reopened = event.data["old"] in TERMINAL and event.data["new"] not in TERMINAL
            return f"{event.kind}:{'reopened' if is_reopened else event.data['new']}"
        case Event.Kind.VISIBILITY:
            return f"{event.kind}:{event.data['new']}"
        case Event.Kind.TICKET_OFFERED if event.data["role"] != "owner":
            return ""  # the firm that does the work says so itself when it accepts
        case Event.Kind.TICKET_DONE if event.data.get("countersign") != "asked":
            return ""  # the report resolves with it
    return str(event.kind)
