"""What I follow: reports, watch areas, saved filters."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actors import Viewer
from accounts.conditions import check_if_match, etag, is_unchanged
from accounts.errors import NotAllowed
from accounts.inputs import checked, checked_body
from accounts.models import Producer
from accounts.viewers import viewer_of
from notifications.models import Subscription
from notifications.serializers.following import (
    NewSubscription,
    SubscriptionChange,
    SubscriptionSerializer,
    SubscriptionsQuery,
    fields_of,
    said_of,
)
from notifications.services import following
from notifications.views.inbox import reader_of
from reports.models import Report
from reports.permissions import as_producer

IF_MATCH = OpenApiParameter("If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True)
PRIVATE = {"Cache-Control": "private, no-store"}
Kind = Subscription.Kind


class SubscriptionsView(ListAPIView[Subscription]):
    """What I follow. With a receipt: whether its report is followed in the inbox alone."""

    serializer_class = SubscriptionSerializer
    permission_classes = (AllowAny,)  # a receipt opens it too; reader_of turns everybody else away
    queryset = Subscription.objects.none()

    def get_queryset(self) -> QuerySet[Subscription]:
        return Subscription.objects.of(reader_of(self.request)).select_related("report")

    @extend_schema(parameters=[SubscriptionsQuery])
    def get(self, request: Request) -> Response:
        """What I follow, newest first, by cursor; my own reports need no subscription."""
        wanted = checked(SubscriptionsQuery, request)
        lines = self.get_queryset()
        lines = lines.filter(kind=wanted["kind"]) if "kind" in wanted else lines
        page = self.paginate_queryset(lines)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(request=NewSubscription, responses={201: SubscriptionSerializer})
    def post(self, request: Request) -> Response:
        """Follow a report, watch an area (at most 5), or save a filter (at most 20)."""
        reader_of(request)
        given = checked_body(NewSubscription, request)
        line = _subscribe(viewer_of(request), as_producer(request).producer, given)
        return _shown(line, status.HTTP_201_CREATED)


class SubscriptionView(RetrieveAPIView[Subscription]):
    """One subscription of mine."""

    serializer_class = SubscriptionSerializer
    permission_classes = (AllowAny,)  # the same
    queryset = Subscription.objects.none()
    lookup_field = "code"

    def get_queryset(self) -> QuerySet[Subscription]:
        return Subscription.objects.of(reader_of(self.request)).select_related("report")

    @extend_schema(responses={200: SubscriptionSerializer, 304: None})
    def get(self, request: Request, code: str) -> Response:  # read by get_object
        """Read it; its ETag is what a change must name."""
        line = self.get_object()
        if is_unchanged(request, line.version):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=_headers(line))
        return _shown(line)

    @extend_schema(request=SubscriptionChange, responses=SubscriptionSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, code: str) -> Response:  # read by get_object
        """Change its name, what it watches for, or whether it tells the inbox alone."""
        line = self.get_object()
        check_if_match(request, line.version)
        given = checked_body(SubscriptionChange, request)
        SubscriptionChange().check_shape({**said_of(line), **_whole_place(given)}, line.kind)
        return _shown(following.change(line, **fields_of(_whole_place(given))))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, code: str) -> Response:  # read by get_object
        """Follow it no more; support or a comment of before does not bring it back."""
        line = self.get_object()
        check_if_match(request, line.version, required=False)
        following.leave(line)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _subscribe(viewer: Viewer, producer: Producer | None, given: dict[str, Any]) -> Subscription:
    kind = given.pop("kind")
    if producer is None or (viewer.report_code is not None and kind != Kind.REPORT):
        raise NotAllowed(_("A receipt follows its own report; for the rest, log in."))
    if kind != Kind.REPORT:
        return following.watch(producer, Kind(kind), **fields_of(given))
    report = _followable(viewer, given["report"])
    line, _is_new = following.follow(producer, report, is_muted=given.get("is_muted", False))
    return line


def _followable(viewer: Viewer, code: str) -> Report:
    """The report if this viewer may know of it; with a receipt, its own."""
    report = Report.objects.visible_to(viewer).filter(code=code).first()
    if report is None or viewer.report_code not in (None, code):
        fault = ErrorDetail(_("There is no such report."), code="unknown_report")
        raise ValidationError({"report": [fault]})
    return report


def _whole_place(given: dict[str, Any]) -> dict[str, Any]:
    """A polygon takes the place of a circle, and the other way round."""
    if "polygon" in given:
        return {"latitude": None, "longitude": None, "radius_m": None, **given}
    return {"polygon": None, **given} if "radius_m" in given else given


def _shown(line: Subscription, code: int = status.HTTP_200_OK) -> Response:
    return Response(SubscriptionSerializer(line).data, status=code, headers=_headers(line))


def _headers(line: Subscription) -> dict[str, str]:
    return {"ETag": etag(line.version), **PRIVATE}
