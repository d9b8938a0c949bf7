"""A copy of somebody's data: each app gives its parts (``settings.EXPORTERS``), and this is what a part is.

An exporter gives what is about the subject and nothing about anybody else.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from accounts.models import Consent, Producer, User


@dataclass(frozen=True)
class Subject:
    """Whose copy it is: a producer with its account, or, by ``report_code``, one report and no account."""

    producer: Producer
    user: User | None = None
    report_code: str | None = None


@dataclass(frozen=True)
class Part:
    """One file of the copy: its path, what it is in a sentence, and how its bytes are made."""

    path: str
    about: str | Promise
    content: Callable[[], Iterable[bytes]]


Exporter = Callable[[Subject], Iterable[Part]]


def parts_for(subject: Subject) -> Iterator[Part]:
    """The parts of every exporter, in the order of the setting."""
    for exporter in _exporters(tuple(settings.EXPORTERS)):
        yield from exporter(subject)


def as_json(path: str, about: str | Promise, rows: Callable[[], Any]) -> Part:
    """A part that is one JSON document, made when its turn comes."""

    def content() -> Iterator[bytes]:
        yield json.dumps(rows(), ensure_ascii=False, indent=2, default=str).encode()

    return Part(path, about, content)


def account(subject: Subject) -> Iterator[Part]:
    """The account with its addresses and sessions, and every consent."""
    user = subject.user
    if user is not None:
        about = _("Your account: name, addresses, language, roles, and the devices that were logged in.")
        yield as_json("account.json", about, lambda: _account(user))
    if subject.report_code is None or subject.producer.user_id is None:
        about = _(
            "Every consent you gave and withdrew: purpose, recipient, version of the notice, when, how."
        )
        yield as_json("consents.json", about, lambda: _consents(subject.producer))


def _account(user: User) -> dict[str, Any]:
    addresses = EmailAddress.objects.filter(user=user).order_by("pk")
    sessions = UserSession.objects.filter(user=user).order_by("pk")
    members = user.memberships.select_related("organisation").order_by("pk")
    return {
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "is_large_text": user.is_large_text,
        "joined_at": user.date_joined,
        "last_login_at": user.last_login,
        "addresses": list(addresses.values("email", "verified", "primary")),
        "sessions": list(sessions.values("created_at", "last_seen_at", "ip", "user_agent")),
        "memberships": [{"organisation": m.organisation.code, "role": m.role} for m in members],
    }


def _consents(producer: Producer) -> list[dict[str, Any]]:
    given = Consent.objects.filter(producer=producer).order_by("given_at", "pk")
    columns = ("purpose", "recipient__code", "notice_version", "given_at", "withdrawn_at", "method")
    return [{name.removesuffix("__code"): row[name] for name in columns} for row in given.values(*columns)]


@cache
def _exporters(paths: tuple[str, ...]) -> tuple[Exporter, ...]:
    return tuple(import_string(path) for path in paths)
