"""How a request says who it is, for the OpenAPI document."""

from typing import Any

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.contrib.django_allauth import XSessionTokenAuthenticationScheme
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

DESCRIPTIONS = {
    "knoxApiToken": "A machine's token, as `POST /api/v1/tokens/` issues it: `Token cw_…`.",
    "XSessionTokenAuth": "A citizen's session in an app, as logging in at `/_allauth/app/v1/` gives it.",
    "cookieAuth": "A browser's session; changes also need the CSRF token.",
    "receipt": "The receipt of one report, as the answer to it gave it: `Receipt <code>:<secret>`.",
}


class ReceiptScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # spectacular's metaclass hook
    """How a report is followed without an account."""

    target_class = "reports.authentication.ReceiptAuthentication"
    name = "receipt"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "apiKey", "in": "header", "name": "Authorization"}


class TokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]  # spectacular's metaclass hook
    """The token of a machine."""

    target_class = "accounts.authentication.TokenAuthentication"


class SessionTokenScheme(XSessionTokenAuthenticationScheme):  # type: ignore[no-untyped-call]  # the same hook
    """The session of the app."""

    target_class = "accounts.authentication.XSessionTokenAuthentication"


class CookieScheme(SessionScheme):  # type: ignore[no-untyped-call]  # the same hook
    """The session of a browser."""

    target_class = "accounts.authentication.SessionAuthentication"
