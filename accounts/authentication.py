"""How an account proves who it is; whoever names no language is then answered in their own.

The language of a request is known before its account, from ``Accept-Language``. A phone that sends no such
header speaks the language that its account chose.
"""

from typing import Any

from allauth.headless.contrib.rest_framework import authentication as allauth
from django.http import HttpRequest
from django.utils import translation
from knox import auth as knox
from rest_framework import authentication
from rest_framework.request import Request

from accounts.models import User

Known = tuple[Any, Any] | None


class TokenAuthentication(knox.TokenAuthentication):  # type: ignore[misc]  # knox ships no types
    """``Authorization: Token …`` of a machine."""

    def authenticate(self, request: Request) -> Known:
        return _answered_in_own_language(request, super().authenticate(request))


class XSessionTokenAuthentication(allauth.XSessionTokenAuthentication):  # type: ignore[misc]  # allauth ships no types
    """``X-Session-Token`` of the app."""

    def authenticate(self, request: HttpRequest) -> Known:
        return _answered_in_own_language(request, super().authenticate(request))


class SessionAuthentication(authentication.SessionAuthentication):
    """The cookie of a browser."""

    def authenticate(self, request: Request) -> Known:
        return _answered_in_own_language(request, super().authenticate(request))


def _answered_in_own_language(request: Request | HttpRequest, known: Known) -> Known:
    """The middleware chooses anew for every request, so what is activated here ends with this one."""
    user = known[0] if known else None
    if isinstance(user, User) and "Accept-Language" not in request.headers:
        translation.activate(user.language)
    return known
