"""Finding reports: the list, the map, and what is like a report before it is sent."""

from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actors import ANYONE, Viewer
from accounts.conditions import has_tag, of_content, tag_of
from accounts.inputs import checked
from accounts.viewers import viewer_of
from reports import queries
from reports.models import Report
from reports.places import PlaceRefused, place_of
from reports.search.listing import chosen, listed
from reports.search.pages import SortedPages
from reports.search.similar import Sketch, similar_to
from reports.serializers import MapQuery, MapSerializer, ReportQuery, ReportSerializer
from reports.serializers.asking import SimilarQuery
from reports.serializers.fields import fault
from reports.serializers.similar import SimilarAnswer
from routing.services import current_snapshot

VARY = "Accept, Accept-Language, Authorization, X-Session-Token, Cookie"
HEADERS = {"Vary": VARY, "Cache-Control": "private, no-cache"}


class ReportLists(viewsets.GenericViewSet[Report]):
    """The reports of more than one place or person."""

    pagination_class = SortedPages

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "language": get_language() or ""}

    @extend_schema(parameters=[ReportQuery], responses={200: ReportSerializer(many=True), 304: None})
    def list(self, request: Request) -> Response:
        """Reports that I may see, found by words, place and much else, in the order I want, by cursor."""
        wanted = checked(ReportQuery, request)
        page = self.paginate_queryset(listed(wanted, viewer_of(request)))
        context = {**self.get_serializer_context(), "datum": wanted.get("datum", "wgs84")}
        answer = self.get_paginated_response(ReportSerializer(page, many=True, context=context).data)
        return of_content(request, answer, HEADERS)

    @extend_schema(parameters=[MapQuery], responses={200: MapSerializer, 304: None})
    @action(detail=False, pagination_class=None)
    def map(self, request: Request) -> Response:
        """The reports of a box, gathered by H3 cell, the fullest cells first."""
        wanted, viewer = checked(MapQuery, request), viewer_of(request)
        if viewer != ANYONE or "is_overdue" in wanted:  # which time alone changes
            return of_content(request, _map(wanted, viewer), HEADERS)
        headers = {**HEADERS, "ETag": tag_of(request.get_full_path(), queries.state_of_public())}
        if has_tag(request, headers["ETag"]):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        return _map(wanted, viewer, headers)

    @extend_schema(parameters=[SimilarQuery], responses=SimilarAnswer)
    @action(detail=False, pagination_class=None)
    def similar(self, request: Request) -> Response:
        """Public reports near by that may be about the same: support one instead of sending another."""
        wanted = checked(SimilarQuery, request)
        found = similar_to(_sketch(wanted), viewer_of(request))
        context = {**self.get_serializer_context(), "datum": wanted["datum"]}
        return Response(SimilarAnswer(found, context=context).data, headers=HEADERS)


def _map(wanted: dict[str, Any], viewer: Viewer, headers: dict[str, str] | None = None) -> Response:
    resolution = wanted.get("resolution") or queries.fitting_resolution(wanted["bbox"])
    cells = queries.cells_of(chosen(wanted, viewer), resolution)
    return Response({"resolution": resolution, "cells": cells}, headers=headers)


def _sketch(wanted: dict[str, Any]) -> Sketch:
    """What is about to be sent, with its place in WGS 84; a place that cannot be meant is named."""
    snapshot = current_snapshot()
    given = wanted["latitude"], wanted["longitude"]
    try:
        place = place_of(snapshot, *given, datum=wanted["datum"])
    except PlaceRefused as refusal:
        raise serializers.ValidationError({refusal.field: [fault(str(refusal), refusal.code)]}) from refusal
    observed_at = wanted.get("observed_at") or timezone.now()
    return Sketch(
        place.latitude or 0.0, place.longitude or 0.0, observed_at, wanted.get("category"), wanted["text"]
    )
