"""Whether a report is solved, said by whoever sent it."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.conditions import etag
from accounts.errors import NotAllowed
from accounts.inputs import checked_body
from accounts.viewers import viewer_of
from notifications.serializers.wishes import Solved
from notifications.services import surveys
from reports import queries
from reports.permissions import as_producer
from reports.serializers import ReportSerializer


class SolvedView(APIView):
    """Is it solved?"""

    permission_classes = (AllowAny,)  # a receipt's holder may; the report decides who else

    @extend_schema(request=Solved, responses=ReportSerializer)
    def post(self, request: Request, code: str) -> Response:
        """Say whether my resolved report is solved: yes is written down, no is a dispute and needs words."""
        viewer = viewer_of(request)
        report = queries.report_for(viewer, code)
        answer = checked_body(Solved, request)
        by = as_producer(request)
        if by.producer is None or by.producer.pk != report.producer_id:
            raise NotAllowed(_("Only whoever sent it can say so."))
        surveys.answer(report, by=by, **answer)
        shown = queries.report_for(viewer, code)
        return Response(ReportSerializer(shown).data, headers={"ETag": etag(shown.version)})
