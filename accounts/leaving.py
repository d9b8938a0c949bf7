"""An account is deleted: each app lets go of what it holds (``settings.LEAVING_HANDLERS``), then it goes.

The highest floor comes first, so that nothing below is gone while somebody still needs it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.models import Producer, User


@dataclass(frozen=True)
class Leaving:
    """Who leaves; ``erases`` says whether what they sent goes too, or stays without them."""

    user: User
    producer: Producer | None
    erases: bool


LeavingHandler = Callable[[Leaving], None]


@transaction.atomic
def delete_account(user: User, *, erases: bool) -> None:
    """Delete an account at once: addresses, sessions, tokens, passkeys, roles and the user.

    What was sent under it is erased, or stays as nobody's: its producer is a pseudonym that leads nowhere
    any more. Raises NotAllowed for the service account of an organisation, which its steward ends.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_service:
        raise NotAllowed(_("The account of an organisation's system is not a person's to delete."))
    leaving = Leaving(user, Producer.objects.filter(user=user).first(), erases)
    for let_go in _handlers(tuple(settings.LEAVING_HANDLERS)):
        let_go(leaving)
    _end_sessions(user)
    Producer.objects.filter(user=user).update(user=None, is_trusted=False)
    user.delete()


def _end_sessions(user: User) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in UserSession.objects.filter(user=user).values_list("session_key", flat=True):
        store(key).delete()


@cache
def _handlers(paths: tuple[str, ...]) -> tuple[LeavingHandler, ...]:
    return tuple(import_string(path) for path in paths)
