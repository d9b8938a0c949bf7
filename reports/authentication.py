"""``Authorization: Receipt <code>:<secret>``: following one report without an account."""

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.actors import Viewer
from reports.errors import BadReceipt
from reports.receipts import report_of_receipt


def receipt_in(request: Request) -> tuple[str, str] | None:
    """The code and the secret of the Authorization header, as typed from paper: blanks do not count."""
    scheme, _sep, credentials = get_authorization_header(request).decode("latin-1").partition(" ")
    if scheme.lower() != "receipt":
        return None
    code, _sep, secret = credentials.replace(" ", "").partition(":")
    return code, secret


class ReceiptAuthentication(BaseAuthentication):
    """Makes the holder of a receipt the viewer of that report as its producer; one statement."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Viewer] | None:
        given = receipt_in(request)
        if given is None:
            return None
        try:
            report = report_of_receipt(*given)
        except BadReceipt as refusal:
            raise AuthenticationFailed(str(refusal)) from refusal
        return AnonymousUser(), Viewer(producer=report.producer, report_code=report.code)

    def authenticate_header(self, request: Request) -> str:
        return "Receipt"
