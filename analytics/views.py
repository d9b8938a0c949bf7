"""The city's figures, for everybody; those of few people only for the staff who work with them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from accounts.inputs import checked
from accounts.viewers import viewer_of
from analytics.indicators import INDICATORS
from analytics.serializers import (
    CellsAnswer,
    CellsQuery,
    HoursAnswer,
    HoursQuery,
    IndicatorSerializer,
    NoQuery,
    OpenAnswer,
)

BY_SLUG = {indicator.slug: indicator for indicator in INDICATORS}
VARY = "Accept-Language, Authorization, X-Session-Token, Cookie"


class IndicatorsView(APIView):
    """What is measured, with the definition of every figure."""

    permission_classes = (AllowAny,)

    @extend_schema(responses=IndicatorSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every indicator."""
        described = [
            {**vars(indicator), "url": f"{request.path}{indicator.slug}/"} for indicator in INDICATORS
        ]
        return Response(IndicatorSerializer(described, many=True).data)


class AnswerView(APIView):
    """The answer of one indicator."""

    permission_classes = (AllowAny,)
    slug: str
    query: type[BaseSerializer[Any]]
    rows: type[BaseSerializer[Any]]

    def answer(self, request: Request) -> Response:
        """Rows of figures, with the build of the lake behind them."""
        from analytics import answers  # noqa: PLC0415  # 100 MB that a process pays when it is first asked

        parameters = checked(self.query, request)
        found = answers.answer(self.slug, parameters)
        rows = BY_SLUG[self.slug].arrange(found.rows, bool(viewer_of(request).organisation_ids))
        body = {"build": found.build, "as_of": found.as_of, "rows": rows}
        return Response(self.rows(body).data, headers={"Cache-Control": "private, max-age=60", "Vary": VARY})


class OpenView(AnswerView):
    """Open reports by organisation."""

    slug, query, rows = "open-by-organisation", NoQuery, OpenAnswer

    @extend_schema(responses=OpenAnswer)
    def get(self, request: Request) -> Response:
        """How many reports are open and overdue, by organisation."""
        return self.answer(request)


class HoursView(AnswerView):
    """Hours to resolution."""

    slug, query, rows = "hours-to-resolve", HoursQuery, HoursAnswer

    @extend_schema(parameters=[HoursQuery], responses=HoursAnswer)
    def get(self, request: Request) -> Response:
        """Median and 90th percentile of the hours to resolution."""
        return self.answer(request)


class CellsView(AnswerView):
    """Reports per cell."""

    slug, query, rows = "reports-per-cell", CellsQuery, CellsAnswer

    @extend_schema(parameters=[CellsQuery], responses=CellsAnswer)
    def get(self, request: Request) -> Response:
        """Reports per H3 cell, each cell of at least 5 distinct producers."""
        return self.answer(request)
