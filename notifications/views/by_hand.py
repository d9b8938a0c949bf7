"""News for people without a screen: what an assistant has to bring by letter or by telephone."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.inputs import checked_body
from accounts.renderers import PdfRenderer
from accounts.viewers import viewer_of
from notifications.serializers.by_hand import ErrandSerializer, ErrandsSerializer, Told
from notifications.services import by_hand


class ErrandsView(APIView):
    """Who waits for news."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=ErrandsSerializer)
    def get(self, request: Request) -> Response:
        """Who waits for news by letter or telephone, the longest waiting first, at most a hundred.

        For an assistant the people they wrote for; for a steward those of all assistants of the organisation.
        """
        errands = by_hand.errands_of(viewer_of(request))
        return Response(ErrandsSerializer({"results": errands}).data)


class LetterView(APIView):
    """The letter to one of them."""

    permission_classes = (IsAuthenticated,)
    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(request=None, responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def post(self, request: Request, code: str) -> HttpResponse:
        """The letter as a PDF, the address in the window of the envelope: what happened since the last."""
        errand = by_hand.errand_for(viewer_of(request), code)
        reference = errand.assistance.report.reference
        headers = {
            "Content-Disposition": f'inline; filename="letter-{reference}.pdf"',
            "Cache-Control": "no-store",
        }
        return HttpResponse(by_hand.letter_pdf(errand), content_type="application/pdf", headers=headers)


class ToldView(APIView):
    """The letter is in the post, or the call was made."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=Told, responses=ErrandSerializer)
    def post(self, request: Request, code: str) -> Response:
        """Note that the person was told everything up to a moment: `news_until` of what was brought."""
        viewer, until = viewer_of(request), checked_body(Told, request)["until"]
        by_hand.note_told(by_hand.errand_for(viewer, code), until=until, by=viewer)
        return Response(ErrandSerializer(by_hand.errand_for(viewer, code)).data)
