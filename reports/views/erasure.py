"""Erasing a report, and what is left of it."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.conditions import check_if_match, etag
from accounts.viewers import viewer_of
from reports import services, tombstones
from reports.models import Report
from reports.permissions import eraser_of
from reports.queries import report_for
from reports.serializers.tombstones import TombstoneSerializer


class EraseView(APIView):
    """Whoever sent a report takes back everything it said."""

    permission_classes = (AllowAny,)

    @extend_schema(request=None, responses=TombstoneSerializer)
    def post(self, request: Request, code: str) -> Response:
        """Erase my report for good: words, photos, place, answers. Needs its receipt or my account.

        What stays is a tombstone (category, kind, times, a coarse cell) with a trace that still verifies.
        Erasing again changes nothing. A steward of the steering bureau may do it for whoever asks on paper.
        """
        viewer = viewer_of(request)
        try:
            report = report_for(viewer, code)
        except Http404:
            return _tombstone(tombstones.tombstone_for(viewer, code))
        check_if_match(request, report.version, required=False)
        return _tombstone(services.erase_report(report, by=eraser_of(request, report)))


class TombstoneView(APIView):
    """What is left of an erased report."""

    permission_classes = (AllowAny,)

    @extend_schema(responses=TombstoneSerializer)
    def get(self, request: Request, code: str) -> Response:
        """For whoever holds the receipt, and for organisations that were given the report."""
        return _tombstone(tombstones.tombstone_for(viewer_of(request), code))


def _tombstone(report: Report) -> Response:
    body = TombstoneSerializer(tombstones.with_trace(report)).data
    return Response(body, headers={"ETag": etag(report.version), "Cache-Control": "private, no-cache"})
