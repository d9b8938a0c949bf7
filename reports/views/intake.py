"""Before and after a report is sent: try it, print its receipt, take it over into an account."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.inputs import checked_body, form_data
from accounts.models import User
from accounts.renderers import PdfRenderer
from reports import services
from reports.authentication import receipt_in
from reports.models import Report
from reports.permissions import sender_of
from reports.printing import receipt_pdf
from reports.receipts import report_of_receipt
from reports.serializers import NewReport
from reports.serializers.outgoing import CheckedSerializer
from reports.serializers.receipts import ClaimedSerializer, ReceiptSecret, WantedPaper
from reports.serializers.submitted import checked_answer, claimed_body


class CheckView(APIView):
    """A report that is not sent."""

    permission_classes = (AllowAny,)

    @extend_schema(request=NewReport, responses={200: CheckedSerializer})
    def post(self, request: Request) -> Response:
        """Try a report without sending it: every fault, who would answer and why, by when, who could read it.

        Takes what sending takes and stores nothing. For reading back to somebody before it is sent.
        """
        given = NewReport(data=form_data(request, "photos", "consents"))
        given.is_valid(raise_exception=True)
        report = services.check_report(given.draft(), producer=sender_of(request))
        return Response(checked_answer(report, get_language() or ""))


class ReceiptView(APIView):
    """The receipt on paper."""

    permission_classes = (AllowAny,)
    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(request=WantedPaper, responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def post(self, request: Request, code: str) -> HttpResponse:
        """The receipt as a PDF to print: reference, code and secret, what was sent, who answers, by when.

        The secret is known to nobody but its holder, so it comes with the request: in the header
        ``Authorization: Receipt <code>:<secret>`` or in the body, never in the address. The square code holds
        an address with the secret behind ``#``, which no browser sends.
        """
        wanted = checked_body(WantedPaper, request)
        report, secret = _opened(request, code, wanted)
        language = wanted.get("language") or get_language() or report.language
        pdf = receipt_pdf(report, secret, language=language, size=wanted["size"])
        headers = {
            "Content-Disposition": f'inline; filename="receipt-{report.reference}.pdf"',
            "Cache-Control": "no-store",
        }
        return HttpResponse(pdf, content_type="application/pdf", headers=headers)


class ClaimView(APIView):
    """An account takes a report over."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=ReceiptSecret, responses={200: ClaimedSerializer})
    def post(self, request: Request, code: str) -> Response:
        """Take a report that was sent without an account into mine, by the secret of its receipt.

        Its comments, support and consents come along. The receipt is renewed and the old one opens nothing
        any more; whoever wrote the report down for me no longer sees it. Claiming again changes nothing.
        """
        secret = checked_body(ReceiptSecret, request)["secret"]
        if not isinstance(request.user, User):
            self.permission_denied(request)
        claimed = services.claim_report(code, secret.replace(" ", ""), by=request.user)
        return Response(claimed_body(claimed, get_language() or ""))


def _opened(request: Request, code: str, wanted: dict[str, Any]) -> tuple[Report, str]:
    """The report and the secret that opens it. Raises BadReceipt."""
    by_header = receipt_in(request)
    secret = wanted["secret"].replace(" ", "") or (by_header[1] if by_header else "")
    return report_of_receipt(code, secret), secret
