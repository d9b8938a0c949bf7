"""The words of a copy: a mail, or the thin message of a push service, in the language of whoever reads it.

A push carries a headline, a reference and a link, and never what somebody wrote; a mail may carry what an
organisation answered in public. No link names a person.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from notifications import news
from notifications.models import Channel, Copy, InboxItem, Wishes
from notifications.senders import Message
from notifications.services.wishes import ALL, stop_token
from reports.models import Comment, Event

LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)
# More than this and a digest only says how many there are besides.
MOST_IN_A_MAIL = 50


def language_of(copy: Copy, items: Sequence[InboxItem]) -> str:
    """The language of the account; of somebody without one, the language they wrote in."""
    user = copy.producer.user
    if user is not None and user.language in LANGUAGES:
        return user.language
    for item in items:
        if item.why == InboxItem.Why.OWN and item.event.report.language in LANGUAGES:
            return item.event.report.language
    return settings.LANGUAGE_CODE


def message_of(copy: Copy, items: Sequence[InboxItem], wishes: Wishes) -> Message:
    """What a copy says; ``items`` are those its reader may know of now."""
    language = language_of(copy, items)
    with override(language):
        if copy.channel == Channel.EMAIL:
            return _mail(copy, items, wishes, language)
        return _short(copy, items, language)


def proof_message(copy: Copy, proof: str) -> Message:
    """The code that proves that a number is somebody's own."""
    language = language_of(copy, ())
    with override(language):
        text = _("Commonway: your code is %(proof)s. If you did not ask for it, do nothing.") % {
            "proof": proof
        }
        return Message(copy.code, _("Your code"), text, data={"kind": "proof"}, language=language)


def report_link(code: str) -> str:
    """Where the app shows a report."""
    return f"{settings.PUBLIC_URL}/app/reports/{code}"


def inbox_link() -> str:
    """Where the app shows the inbox."""
    return f"{settings.PUBLIC_URL}/app/inbox"


def stop_link(wishes: Wishes, topic: str = ALL) -> str:
    """The page with the button that stops mail."""
    return f"{settings.PUBLIC_URL}{reverse('stop-mail', args=[stop_token(wishes, topic)])}"


def _mail(copy: Copy, items: Sequence[InboxItem], wishes: Wishes, language: str) -> Message:
    topic = news.kind_of(items[0]) if copy.item_id and items else ALL
    stop_url = stop_link(wishes, topic)
    context = {
        "lines": [_line(item) for item in items[:MOST_IN_A_MAIL]],
        "more_count": max(0, len(items) - MOST_IN_A_MAIL),
        "inbox_url": inbox_link(),
        "stop_url": stop_url,
        "language": language,
        "is_digest": copy.digest_id is not None,
    }
    return Message(
        code=copy.code,
        subject=_subject(copy, items),
        text=render_to_string("notifications/mail.txt", context).strip() + "\n",
        html=render_to_string("notifications/mail.html", context),
        data=_data(copy, items),
        stop_url=stop_url,
        language=language,
    )


def _short(copy: Copy, items: Sequence[InboxItem], language: str) -> Message:
    subject = _subject(copy, items)
    data = _data(copy, items)
    return Message(
        code=copy.code,
        subject=subject,
        text=f"{subject} {data['link']}",
        data={"title": subject, **data},
        language=language,
    )


def _subject(copy: Copy, items: Sequence[InboxItem]) -> str:
    if copy.digest_id is not None:
        return ngettext("%(count)s piece of news", "%(count)s pieces of news", len(items)) % {
            "count": len(items)
        }
    if not items:
        return _("This is a test message.")
    return f"{items[0].event.report.reference}: {_title(items[0])}"


def _data(copy: Copy, items: Sequence[InboxItem]) -> dict[str, Any]:
    """What machines read; ``id`` lets an app show a message once that came twice."""
    if copy.digest_id is not None or not items:
        kind = "digest" if copy.digest_id else "test"
        return {"id": copy.code, "kind": kind, "count": len(items), "link": inbox_link()}
    event = items[0].event
    return {
        "id": copy.code,
        "kind": str(event.kind),
        "report": event.report.code,
        "reference": event.report.reference,
        "link": report_link(event.report.code),
    }


def _line(item: InboxItem) -> Mapping[str, Any]:
    report = item.event.report
    return {
        "reference": report.reference,
        "title": _title(item),
        "words": _public_words(item.event),
        "at": item.event.at,
        "url": report_link(report.code),
    }


def _title(item: InboxItem) -> str:
    return news.title_of(item.event, item.why)


def _public_words(event: Event) -> str:
    """What an organisation said in public with this event; "" for the words of anybody else."""
    comment = event.comment
    if comment is None or not comment.is_public or comment.organisation_id is None:
        return ""
    return comment.text if comment.kind in (Comment.Kind.ANSWER, Comment.Kind.REASON) else ""
