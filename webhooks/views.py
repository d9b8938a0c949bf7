"""An organisation's endpoints, kept by its stewards and agents; for anybody else they do not exist."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actors import Viewer
from accounts.conditions import check_if_match, etag, is_unchanged
from accounts.errors import NotAllowed
from accounts.inputs import checked, checked_body
from accounts.models import Organisation
from accounts.viewers import viewer_of
from webhooks import queries, services
from webhooks.models import Delivery, Endpoint, kept_by
from webhooks.serializers import (
    DeliverySerializer,
    EndpointChange,
    EndpointSerializer,
    InState,
    IssuedSerializer,
    NewEndpoint,
    Recovered,
    Span,
)

IF_MATCH = OpenApiParameter("If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True)
PRIVATE = {"Cache-Control": "private, no-store"}


class EndpointsView(ListAPIView[Endpoint]):
    """The endpoints of my organisations."""

    serializer_class = EndpointSerializer
    permission_classes = (IsAuthenticated,)
    queryset = Endpoint.objects.none()

    def get_queryset(self) -> QuerySet[Endpoint]:
        return queries.endpoints_for(viewer_of(self.request))

    @extend_schema(request=NewEndpoint, responses={201: IssuedSerializer})
    def post(self, request: Request) -> Response:
        """Register an endpoint; its secret is shown this once."""
        fields = checked_body(NewEndpoint, request)
        organisation = _organisation(viewer_of(request), fields.pop("organisation", None))
        issued = services.register_endpoint(organisation, **fields)
        return _issued(issued, status.HTTP_201_CREATED)


class EndpointView(GenericAPIView[Endpoint]):
    """One endpoint of mine."""

    serializer_class = EndpointSerializer
    permission_classes = (IsAuthenticated,)
    queryset = Endpoint.objects.none()
    lookup_field = "code"

    def get_queryset(self) -> QuerySet[Endpoint]:
        return queries.endpoints_for(viewer_of(self.request))

    @extend_schema(responses={200: EndpointSerializer, 304: None})
    def get(self, request: Request, code: str) -> Response:  # read by get_object
        """Read it; its ETag is what a change must name."""
        endpoint = self.get_object()
        if is_unchanged(request, endpoint.version):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=_headers(endpoint))
        return _shown(endpoint)

    @extend_schema(request=EndpointChange, responses=EndpointSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, code: str) -> Response:  # read by get_object
        """Change its URL, description or event types, or switch it on or off."""
        endpoint = self.get_object()
        check_if_match(request, endpoint.version)
        return _shown(_changed(endpoint, checked_body(EndpointChange, request)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, code: str) -> Response:  # read by get_object
        """Delete it for good, secrets and all."""
        endpoint = self.get_object()
        check_if_match(request, endpoint.version, required=False)
        services.delete_endpoint(endpoint)
        return Response(status=status.HTTP_204_NO_CONTENT)


class EndpointActionView(GenericAPIView[Endpoint]):
    """Something to do with one endpoint of mine."""

    permission_classes = (IsAuthenticated,)
    queryset = Endpoint.objects.none()
    lookup_field = "code"

    def get_queryset(self) -> QuerySet[Endpoint]:
        return queries.endpoints_for(viewer_of(self.request))


class RotateView(EndpointActionView):
    @extend_schema(request=None, responses={200: IssuedSerializer})
    def post(self, request: Request, code: str) -> Response:  # read by get_object
        """Give it a new secret, shown this once; messages carry both signatures for 24 hours."""
        return _issued(services.rotate_secret(self.get_object()), status.HTTP_200_OK)


class TestView(EndpointActionView):
    __test__ = False

    @extend_schema(request=None, responses={201: DeliverySerializer})
    def post(self, request: Request, code: str) -> Response:  # read by get_object
        """Send it a test message; how that went stands in its deliveries."""
        delivery = services.send_example(self.get_object())
        return Response(DeliverySerializer(delivery).data, status=status.HTTP_201_CREATED, headers=PRIVATE)


class RecoverView(EndpointActionView):
    @extend_schema(request=Span, responses={200: Recovered})
    def post(self, request: Request, code: str) -> Response:  # read by get_object
        """Send again what was owed in a stretch of time and never accepted."""
        endpoint = self.get_object()
        count = services.recover(endpoint, **checked_body(Span, request))
        return Response({"count": count}, headers=PRIVATE)


@extend_schema(parameters=[InState])
class DeliveriesView(ListAPIView[Delivery]):
    """What one endpoint of mine is and was owed, with every try; 404 when it is not mine."""

    serializer_class = DeliverySerializer
    permission_classes = (IsAuthenticated,)
    queryset = Delivery.objects.none()

    def get_queryset(self) -> QuerySet[Delivery]:
        viewer = viewer_of(self.request)
        endpoint = get_object_or_404(queries.endpoints_for(viewer), code=self.kwargs["code"])
        return queries.deliveries_for(viewer).filter(endpoint=endpoint, **checked(InState, self.request))


class ResendView(GenericAPIView[Delivery]):
    """One delivery of mine."""

    permission_classes = (IsAuthenticated,)
    queryset = Delivery.objects.none()
    lookup_field = "code"

    def get_queryset(self) -> QuerySet[Delivery]:
        return queries.deliveries_for(viewer_of(self.request))

    @extend_schema(request=None, responses={200: DeliverySerializer})
    def post(self, request: Request, code: str) -> Response:  # read by get_object
        """Send it once more, under the same webhook-id."""
        delivery = services.resend(self.get_object())
        return Response(DeliverySerializer(delivery).data, headers=PRIVATE)


def _organisation(viewer: Viewer, named: Organisation | None) -> Organisation:
    """The organisation to register for: the named one, or the only one this viewer looks after."""
    kept = {
        m.organisation_id: m.organisation for m in viewer.memberships if m.organisation_id in kept_by(viewer)
    }
    if not kept or (named and named.pk not in kept):
        raise NotAllowed(_("Only stewards and agents of an organisation keep its endpoints."))
    if named is None and len(kept) > 1:
        raise ValidationError({"organisation": [_("You look after several; say which.")]})
    return named or next(iter(kept.values()))


def _changed(endpoint: Endpoint, fields: dict[str, Any]) -> Endpoint:
    is_enabled = fields.pop("is_enabled", endpoint.is_enabled)
    if "url" in fields:
        services.check_url(fields["url"])
    with transaction.atomic():
        changed = services.change_endpoint(endpoint, **fields)
        if is_enabled == changed.is_enabled:
            return changed
        return services.enable(changed) if is_enabled else services.disable(changed)


def _shown(endpoint: Endpoint) -> Response:
    return Response(EndpointSerializer(endpoint).data, headers=_headers(endpoint))


def _issued(issued: services.Issued, code: int) -> Response:
    return Response(IssuedSerializer(issued).data, status=code, headers=_headers(issued.endpoint))


def _headers(endpoint: Endpoint) -> dict[str, str]:
    return {"ETag": etag(endpoint.version), **PRIVATE}
