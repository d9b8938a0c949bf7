"""What changes about people and organisations."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.models import AuthToken

from accounts.actors import Viewer
from accounts.errors import NotAllowed
from accounts.models import Consent, Membership, Organisation, Producer, User


@dataclass(frozen=True)
class IssuedToken:
    """A machine token at the one moment it can be read."""

    token: str
    token_key: str
    organisation: str
    expires_at: datetime | None


def producer_for(user: User) -> Producer:
    """The producer of an account, made at its first act."""
    producer, _is_new = Producer.objects.get_or_create(user=user)
    return producer


def language_of(user: User | None) -> str:
    """The language in which somebody is spoken to, ``zh-hans`` or ``en``; the city's for whoever has none."""
    return user.language if user is not None else settings.LANGUAGE_CODE


def account_of(user: User) -> User:
    """The account with what it may do where: three statements."""
    return User.objects.prefetch_related("memberships__organisation").get(pk=user.pk)


def version_of(account: User) -> int:
    """A number that changes with anything that ``/me/`` shows, whatever language it shows it in."""
    roles = sorted(
        [m.organisation_id, m.role, m.area_codes, m.category_codes] for m in account.memberships.all()
    )
    shown = [account.email, account.name, account.language, account.is_large_text, roles]
    return int.from_bytes(hashlib.sha256(json.dumps(shown).encode()).digest()[:6])


@transaction.atomic
def change_account(user: User, *, is_known: Callable[[int], None], **changes: Any) -> User:
    """Change name, language or the size of text; ``is_known`` is told the version and raises at another."""
    User.objects.select_for_update().get(pk=user.pk)
    account = account_of(user)
    is_known(version_of(account))
    for name, value in changes.items():
        setattr(account, name, value)
    account.save(update_fields=list(changes))
    return account


def note_address(user: User) -> None:
    """Let an account that somebody else made prove its address with the first code that it logs in with."""
    if user.email:
        EmailAddress.objects.get_or_create(user=user, email=user.email.lower(), defaults={"primary": True})


@transaction.atomic
def give_consent(
    producer: Producer, purpose: str, *, notice_version: str, recipient: Organisation | None = None
) -> tuple[Consent, bool]:
    """Record a choice for a purpose and a recipient (None: any); returns it, and whether it is new.

    Giving again under another notice version replaces the earlier one.
    """
    now = timezone.now()
    Producer.objects.select_for_update().get(pk=producer.pk)  # of two phones at once, one waits
    live = Consent.objects.filter(producer=producer, purpose=purpose, recipient=recipient, withdrawn_at=None)
    same = live.filter(notice_version=notice_version).first()
    if same is not None:
        return same, False
    live.update(withdrawn_at=now)
    consent = Consent.objects.create(
        producer=producer,
        purpose=purpose,
        recipient=recipient,
        notice_version=notice_version,
        given_at=now,
    )
    return consent, True


@transaction.atomic
def withdraw_consent(producer: Producer, purpose: str, *, recipient: Organisation | None = None) -> int:
    """Withdraw the live consent to one recipient, or with None all for the purpose; returns how many."""
    live = Consent.objects.filter(producer=producer, purpose=purpose, withdrawn_at=None)
    if recipient is not None:
        live = live.filter(recipient=recipient)
    return live.update(withdrawn_at=timezone.now())


@transaction.atomic
def issue_token(organisation: Organisation, *, by: Viewer) -> IssuedToken:
    """A token for the organisation's service account, which works as its firm agent (a bureau's: officer).

    Raises NotAllowed unless ``by`` is a steward of the organisation or of the steering bureau.
    """
    if not _may_issue(organisation, by):
        raise NotAllowed(_("Only a steward of the organisation or of the steering bureau issues its tokens."))
    user = service_account(organisation)
    row, token = AuthToken.objects.create(user)
    return IssuedToken(token, row.token_key, organisation.code, row.expiry)


@transaction.atomic
def revoke_token(token_key: str, *, by: Viewer) -> bool:
    """End a machine token, named by its first characters; False when there is none that ``by`` may end."""
    own = AuthToken.objects.filter(token_key=token_key, user__is_service=True)
    if not _may_issue_for_all(by):
        own = own.filter(user__memberships__organisation__in=[o.pk for o in _stewarded(by)])
    deleted, _of_what = own.delete()
    return bool(deleted)


def service_account(organisation: Organisation) -> User:
    """The one account as which the organisation's own systems log in."""
    found = User.objects.filter(is_service=True, memberships__organisation=organisation).first()
    if found is not None:
        return found
    user = User.objects.create_user(is_service=True, name=f"{organisation.code} service")
    role = (
        Membership.Role.OFFICER
        if organisation.kind == Organisation.Kind.BUREAU
        else Membership.Role.FIRM_AGENT
    )
    Membership.objects.create(user=user, organisation=organisation, role=role)
    return user


def forget_sessions() -> int:
    """Delete sessions that have run out, with the addresses and devices that were noted with them."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    living = Session.objects.values("session_key")
    old = UserSession.objects.filter(created_at__lt=timezone.now() - timedelta(hours=1))
    deleted, _of_what = old.exclude(session_key__in=living).delete()
    return int(deleted)


def _may_issue(organisation: Organisation, by: Viewer) -> bool:
    return _may_issue_for_all(by) or organisation in _stewarded(by)


def _may_issue_for_all(by: Viewer) -> bool:
    is_root = bool(by.user and by.user.is_superuser)
    return is_root or any(organisation.is_steering for organisation in _stewarded(by))


def _stewarded(by: Viewer) -> list[Organisation]:
    return [m.organisation for m in by.memberships if m.role == Membership.Role.STEWARD]
