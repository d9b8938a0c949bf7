"""News that somebody has to bring: a letter to be sent, or a call to be made, for people without a screen."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actors import Actor, ActorKind, Viewer
from accounts.models import Membership
from notifications import news
from reports import paper
from reports.models import Assistance, Event
from reports.printing import city_name, moment
from reports.services import contact_of, note_letter_sent
from reports.services.assisting import TO_PERSON
from reports.workflow import Visibility

MOST = 100
MOST_WORDS = 400
KINDS = sorted({topic.partition(":")[0] for topic in news.HEADLINES})
RELATED = ("organisation", "by_organisation", "comment")
_BY_POST = Q(updates_to=Assistance.UpdatesTo.LETTER)
_BY_PHONE = Q(updates_to__in=TO_PERSON, contact_kind=Assistance.ContactKind.PHONE)


@dataclass(frozen=True)
class Errand:
    """What somebody is waiting to hear, oldest first, and where they are reached."""

    assistance: Assistance
    contact: str
    events: Sequence[Event]


def errands_of(viewer: Viewer) -> list[Errand]:
    """What this viewer has to bring, the longest waiting first, at most a hundred; two statements."""
    waiting = list(_readable(viewer).filter(Exists(_news())).order_by("told_until", "pk")[:MOST])
    found = _news_of(waiting)
    return [
        Errand(line, contact_of(line), found[line.report_id]) for line in waiting if found[line.report_id]
    ]


def errand_for(viewer: Viewer, code: str) -> Errand:
    """One of them, also when there is nothing new. Raises Http404."""
    found = _readable(viewer).filter(report__code=code).first()
    if found is None:
        raise Http404
    return Errand(found, contact_of(found), _news_of([found])[found.report_id])


def letter_pdf(errand: Errand) -> bytes:
    """The letter with everything that happened since the last one, in the language of the report."""
    assistance, report = errand.assistance, errand.assistance.report
    language = report.language if report.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with override(language):
        text = report.text if len(report.text) <= MOST_WORDS else report.text[:MOST_WORDS] + " …"
        sheet = paper.LetterSheet(
            sender=" · ".join(filter(None, [assistance.organisation.name, city_name(language)])),
            address=errand.contact,
            date=moment(timezone.now())[:10],
            subject=_("Your report %(reference)s: %(category)s")
            % {"reference": report.reference, "category": report.category.name},
            paragraphs=[
                _("On %(day)s you told us: %(text)s") % {"day": moment(report.created_at)[:10], "text": text},
                _("This is what happened since:") if errand.events else _("Nothing new happened since."),
            ],
            rows=[(moment(event.at), line_of(event)) for event in errand.events],
            closing=[
                _("It now stands as: %(status)s.") % {"status": report.get_status_display()},
                _("With the reference you can ask or answer at any time: %(organisation)s.")
                % {"organisation": assistance.organisation.name},
            ],
        )
        return paper.draw_letter(sheet)


def line_of(event: Event) -> str:
    """A headline with the public words that belong to it."""
    words = event.comment.text if event.comment and event.comment.is_public else ""
    return "\n".join(filter(None, [news.title_of(event), words]))


def note_told(errand: Errand, *, until: datetime, by: Viewer) -> Assistance:
    """The person knows everything up to a moment; what happens later is a new errand."""
    assistance = errand.assistance
    actor = Actor(ActorKind.ASSISTANT, organisation=assistance.organisation, user=by.user)
    return note_letter_sent(assistance, until=min(until, timezone.now()), by=actor)


def _readable(viewer: Viewer) -> QuerySet[Assistance]:
    """An assistant's own entries; a steward stands in for the assistants of the organisation."""
    stewarded = [m.organisation_id for m in viewer.memberships if m.role == Membership.Role.STEWARD]
    own = Q(user=viewer.user, organisation__in=viewer.assisting_ids)
    lines = Assistance.objects.filter(_BY_POST | _BY_PHONE, own | Q(organisation__in=stewarded))
    lines = lines.filter(ended_at=None).exclude(report__visibility=Visibility.ERASED)
    return lines.select_related("report__category", "report__producer", "organisation")


def _news() -> QuerySet[Event]:
    events = Event.objects.filter(report=OuterRef("report"), kind__in=KINDS, is_public=True)
    return events.filter(at__gt=OuterRef("told_until"))


def _news_of(lines: Sequence[Assistance]) -> dict[int, list[Event]]:
    """What each person was not told yet; one statement."""
    found: dict[int, list[Event]] = defaultdict(list)
    by_report = {line.report_id: line.report for line in lines}
    events = Event.objects.filter(report__in=by_report, kind__in=KINDS, is_public=True)
    events = events.filter(at__gt=F("report__assistance__told_until"))
    for event in events.select_related(*RELATED).order_by("pk"):
        event.report = by_report[event.report_id]
        if news.topic_of(event) and not news.is_own_act(event, event.report.producer_id, None):
            found[event.report_id].append(event)
    return found
