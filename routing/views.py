"""The catalogue, the areas, and who would answer: open to everybody."""

from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.conditions import etag, is_unchanged
from accounts.inputs import checked
from routing import queries
from routing.datum import to_wgs84
from routing.measured import MeasuredTimes, measured_times
from routing.serializers import (
    AreaCollectionSerializer,
    AreaQuery,
    CatalogueQuery,
    CatalogueSerializer,
    DecisionSerializer,
    PreviewQuery,
)
from routing.services import current_snapshot
from routing.showing import catalogue
from routing.snapshot import Snapshot
from routing.stoppers import Place, stoppers_in_force

VARY = "Accept-Language"


class GeoJSONRenderer(JSONRenderer):
    """JSON under GeoJSON's own media type (RFC 7946)."""

    media_type = "application/geo+json"
    format = "geojson"
    charset = None


class CategoriesView(APIView):
    """The catalogue."""

    permission_classes = (AllowAny,)

    @extend_schema(parameters=[CatalogueQuery], responses={200: CatalogueSerializer, 304: None})
    def get(self, request: Request) -> Response:
        """What can be sent, by group; with a place, also who answers for each and what stops it there."""
        wanted = checked(CatalogueQuery, request)
        snapshot, times = current_snapshot(), measured_times()
        at = wanted.get("at") or timezone.now()
        version = _version_of_catalogue(snapshot, times, at)
        headers = _headers(version)
        if is_unchanged(request, version):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        body = catalogue(snapshot, times, language(), at, _place(wanted), wanted.get("kind"))
        return Response(body, headers=headers)


class AreasView(APIView):
    """The areas."""

    permission_classes = (AllowAny,)
    renderer_classes = (GeoJSONRenderer, JSONRenderer)

    @extend_schema(parameters=[AreaQuery], responses={200: AreaCollectionSerializer, 304: None})
    def get(self, request: Request) -> Response:
        """The areas of today's generation as a GeoJSON FeatureCollection."""
        wanted = checked(AreaQuery, request)
        snapshot, now = current_snapshot(), timezone.now()
        version = _version_today(snapshot)
        headers = _headers(version)
        if is_unchanged(request, version):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        body = queries.areas_as_geojson(snapshot, language(), now, wanted["datum"], wanted.get("kind"))
        return Response(body, headers=headers)


class PreviewView(APIView):
    """Routing, tried."""

    permission_classes = (AllowAny,)

    @extend_schema(parameters=[PreviewQuery], responses=DecisionSerializer)
    def get(self, request: Request) -> Response:
        """Who would answer for a category at a place, and why; nothing is sent or stored."""
        wanted = checked(PreviewQuery, request)
        snapshot = current_snapshot()
        latitude, longitude = _place(wanted) or (None, None)
        at = wanted.get("at") or timezone.now()
        decision = snapshot.resolve(wanted["category"], latitude, longitude, at, wanted.get("accuracy_m"))
        names = queries.names_in(snapshot, decision, language())
        return Response({**decision.as_json(), "names": names}, headers={"Vary": VARY})


def language() -> str:
    """The language that was asked for, as the configuration names its two."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def _place(wanted: dict[str, Any]) -> Place | None:
    if "latitude" not in wanted:
        return None
    return to_wgs84(wanted["latitude"], wanted["longitude"], wanted["datum"])


def _version_today(snapshot: Snapshot) -> int:
    """One number for a configuration on a day in a language: rules and areas come and go by the day."""
    day = snapshot.day_of(timezone.now()).toordinal()
    return (snapshot.version * 10_000_000 + day) * 2 + (language() == "en")


def _version_of_catalogue(snapshot: Snapshot, times: MeasuredTimes, at: datetime) -> int:
    """One number for what a catalogue is made of: it also changes when an office closes or opens."""
    stoppers = sorted(stoppers_in_force(snapshot, at))
    made_of = (snapshot.version, snapshot.day_of(at), times.measured_at, stoppers, language())
    return int.from_bytes(blake2b(repr(made_of).encode(), digest_size=8).digest())


def _headers(version: int) -> dict[str, str]:
    return {"ETag": etag(version), "Vary": VARY, "Cache-Control": "no-cache"}
