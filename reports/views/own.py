"""What is mine: the reports I sent, those I support, and what I wrote."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewers import viewer_of
from reports import own
from reports.models import Comment, Report, Support
from reports.permissions import as_producer
from reports.serializers import DatumQuery, ReportSerializer
from reports.serializers.own import OwnCommentSerializer, OwnSupportSerializer


class OwnReportsView(generics.ListAPIView[Report]):
    """Reports that I sent, whoever else may see them, newest first."""

    serializer_class = ReportSerializer
    permission_classes = (AllowAny,)

    def get_queryset(self) -> QuerySet[Report]:
        as_producer(self.request)
        return own.reports_of(viewer_of(self.request))

    def get_serializer_context(self) -> dict[str, Any]:
        wanted = {"datum": self.request.query_params.get("datum", "wgs84")}
        return {**super().get_serializer_context(), "language": get_language() or "", **wanted}

    @extend_schema(parameters=[DatumQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Private, held and hidden ones included; erased ones are nobody's any more."""
        datum = {name: value for name, value in request.query_params.dict().items() if name == "datum"}
        DatumQuery(data=datum).is_valid(raise_exception=True)
        return self.list(request, *args, **kwargs)


class OwnSupportsView(generics.ListAPIView[Support]):
    """Reports of others that I support, as far as I may still see them, latest support first."""

    serializer_class = OwnSupportSerializer
    permission_classes = (AllowAny,)

    def get_queryset(self) -> QuerySet[Support]:
        as_producer(self.request)
        return own.supports_of(viewer_of(self.request))


class OwnCommentsView(generics.ListAPIView[Comment]):
    """What I wrote beneath reports, latest first."""

    serializer_class = OwnCommentSerializer
    permission_classes = (AllowAny,)

    def get_queryset(self) -> QuerySet[Comment]:
        as_producer(self.request)
        return own.comments_of(viewer_of(self.request))
