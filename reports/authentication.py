"""``Authorization: Receipt <code>:<secret>``: following one report without an account."""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.actors import Viewer
from accounts.codes import hash_secret, same_secret
from reports.models import Report

_NOBODYS = hash_secret("")  # compared with when there is no such report, so that both failures take as long


class ReceiptAuthentication(BaseAuthentication):
    """Makes the holder of a receipt the viewer of that report as its producer; one statement."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Viewer] | None:
        scheme, _sep, credentials = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "receipt":
            return None
        code, _sep, secret = credentials.strip().partition(":")
        report = (
            Report.objects.select_related("producer").filter(code=code).first() if code.isalnum() else None
        )
        if not same_secret(secret, report.secret_hash if report else _NOBODYS) or report is None:
            raise AuthenticationFailed(_("There is no such receipt."))
        return AnonymousUser(), Viewer(producer=report.producer, report_code=report.code)

    def authenticate_header(self, request: Request) -> str:
        return "Receipt"
