"""Reports that a community worker or the hotline writes down for somebody."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actors import Viewer
from accounts.inputs import form_data
from accounts.models import Membership, Organisation
from accounts.viewers import viewer_of
from reports import services
from reports.errors import NoAssistant
from reports.models import Report
from reports.serializers import SubmittedSerializer
from reports.serializers.assisted import AssistedReportSerializer, NewAssistedReport
from reports.serializers.submitted import submitted_body
from reports.services import Behalf

# A firm that is paid for the work does not write down what people say about it.
HELPERS = frozenset({Organisation.Kind.COMMUNITY, Organisation.Kind.INSTITUTION, Organisation.Kind.BUREAU})


class AssistedView(generics.ListAPIView[Report]):
    """What I wrote down for others, until they take it over."""

    serializer_class = AssistedReportSerializer
    permission_classes = (IsAuthenticated,)

    def get_queryset(self) -> QuerySet[Report]:
        viewer = viewer_of(self.request)
        if not viewer.assisting_ids:
            return Report.objects.none()
        reports = Report.objects.visible_to(viewer)
        own = reports.filter(assistance__user=viewer.user, assistance__ended_at=None)
        found: QuerySet[Report] = own.for_display().select_related("assistance__organisation")
        return found

    @extend_schema(request=NewAssistedReport, responses={201: SubmittedSerializer})
    def post(self, request: Request) -> Response:
        """Write a report down for somebody without e-mail or phone; needs a membership as assistant.

        The person gets a producer of their own and the receipt, to print: with it they follow the report,
        or take it over into an account; then I no longer see it. Consents are noted as given through me.
        """
        given = NewAssistedReport(data=form_data(request, "photos", "consents"))
        given.is_valid(raise_exception=True)
        behalf = _behalf(viewer_of(request), given.validated_data["on_behalf"])
        submitted = services.submit_report(replace(given.draft(), behalf=behalf), producer=None)
        headers = {"Location": f"/api/v1/reports/{submitted.report.code}/"}
        body = submitted_body(submitted, get_language() or "")
        return Response(body, status=status.HTTP_201_CREATED, headers=headers)


def _behalf(viewer: Viewer, given: dict[str, Any]) -> Behalf:
    contact = given.get("contact", {})
    return Behalf(
        membership=_membership(viewer, given.get("organisation")),
        method=given["method"],
        updates_to=given["updates_to"],
        contact_kind=contact.get("kind", ""),
        contact=contact.get("value", ""),
    )


def _membership(viewer: Viewer, organisation: str | None) -> Membership:
    """In which of their organisations an assistant writes. Raises NoAssistant."""
    own = [m for m in viewer.memberships if m.role == Membership.Role.ASSISTANT]
    helping = [m for m in own if m.organisation.kind in HELPERS]
    fitting = [m for m in helping if organisation in (None, m.organisation.code)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise NoAssistant(_("Say in on_behalf.organisation for which of your organisations you write."))
    raise NoAssistant(_("Only an assistant of an organisation writes reports down for others."))
