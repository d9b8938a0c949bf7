"""A report that came with an address alone gets its pin."""

from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.conditions import check_if_match, etag
from accounts.inputs import checked_body
from accounts.serializers import StrictSerializer
from accounts.viewers import viewer_of
from moderation.permissions import desk_actor
from reports import services
from reports.models import Report
from reports.places import PlaceRefused, place_of
from reports.queries import report_for
from reports.serializers import ReportSerializer
from reports.serializers.fields import fault
from routing.services import current_snapshot


class NewPlace(StrictSerializer):
    """Where it is, by whoever read the address."""

    latitude = serializers.FloatField(min_value=-180, max_value=180)
    longitude = serializers.FloatField(min_value=-180, max_value=180)
    datum = serializers.ChoiceField(choices=Report.Datum.choices, default=Report.Datum.WGS84)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            place = place_of(current_snapshot(), attrs["latitude"], attrs["longitude"], datum=attrs["datum"])
        except PlaceRefused as refusal:
            raise serializers.ValidationError(
                {refusal.field: [fault(str(refusal), refusal.code)]}
            ) from refusal
        return {"place": place}


class PlaceView(APIView):
    """The pin of a report."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=NewPlace, responses=ReportSerializer)
    def post(self, request: Request, code: str) -> Response:
        """Place a report that came with an address alone; one that waits for triage is routed from there."""
        place = checked_body(NewPlace, request)["place"]
        viewer = viewer_of(request)
        report = report_for(viewer, code)
        check_if_match(request, report.version, required=False)
        placed = services.place_report(report, place, by=desk_actor(viewer, report))
        data = ReportSerializer(placed, context={"language": get_language() or ""}).data
        return Response(data, headers={"ETag": etag(placed.version)})
