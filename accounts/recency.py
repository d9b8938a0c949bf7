"""How long ago somebody proved who they are: what cannot be undone needs that to be minutes."""

import time
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts.errors import LoginTooOld

RECENT_S = 10 * 60


def session_of(request: Request) -> SessionBase | None:
    """The session behind a request: the app's by its token, or the browser's; None for a machine's token."""
    if isinstance(request.auth, SessionBase):
        return request.auth
    return getattr(request, "session", None) if request.auth is None else None


def check_recent_login(request: Request) -> None:
    """Raises LoginTooOld unless a code, password or passkey was given in this session in the last minutes."""
    session = session_of(request)
    records: Any = session.get(AUTHENTICATION_METHODS_SESSION_KEY) if session is not None else None
    moments = [record.get("at", 0) for record in records] if isinstance(records, list) else []
    if not moments or time.time() - max(moments) > RECENT_S:
        raise LoginTooOld(_("Prove once more who you are: log in again, then do it within ten minutes."))
