"""Serving photos: as private as their report, at every size."""

from collections.abc import Iterable

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.actors import Viewer
from accounts.viewers import viewer_of
from reports.models import Photo, Report
from reports.photo_files import derivative_name
from reports.photo_urls import is_signed
from reports.photos import ENCODINGS, SIZES
from reports.workflow import Visibility

MIME = {"webp": "image/webp", "jpg": "image/jpeg"}


class AnyAccept(DefaultContentNegotiation):
    """A browser asks for ``image/*``: it gets the bytes, or a problem in JSON."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class PhotoView(APIView):
    """One derivative of one photo."""

    permission_classes = (AllowAny,)
    content_negotiation_class = AnyAccept

    @extend_schema(
        parameters=[
            OpenApiParameter("v", int, description="Which drawing of it; an address carries it."),
            OpenApiParameter("until", int, description="Until when the signature opens it (Unix time)."),
            OpenApiParameter("signature", str, description="Opens it without credentials."),
        ],
        responses={
            (200, "image/webp"): OpenApiTypes.BINARY,
            (200, "image/jpeg"): OpenApiTypes.BINARY,
            304: None,
        },
    )
    def get(self, request: Request, code: str, size: str, ending: str) -> HttpResponseBase:
        """The photo drawn anew, faces and number plates covered; the original is never served here."""
        photo = Photo.objects.select_related("report").filter(code=code).first()
        if size not in SIZES or ending not in ENCODINGS or photo is None or not photo.is_drawn:
            raise Http404
        if not (is_signed(photo, request.query_params) or _is_shown(photo, viewer_of(request))):
            raise Http404
        tag = f'"{photo.code}-{photo.drawn_version}-{size}.{ending}"'
        headers = {"Cache-Control": _caching(photo), "ETag": tag, "X-Content-Type-Options": "nosniff"}
        if unchanged := get_conditional_response(request._request, etag=tag):  # noqa: SLF001  # Django's own
            unchanged["Cache-Control"] = headers["Cache-Control"]
            return unchanged
        try:
            file = default_storage.open(derivative_name(photo, size, ending))
        except FileNotFoundError:
            raise Http404 from None  # drawn anew since the row was read
        return FileResponse(file, content_type=MIME[ending], headers=headers)


def _is_shown(photo: Photo, viewer: Viewer) -> bool:
    """A published photo to whoever may read the report, any other to its sender and those who work on it."""
    readable = Report.objects.visible_to(viewer)
    reports = readable if photo.is_published else readable.inner_to(viewer)
    return reports.filter(pk=photo.report_id).exists()


def _caching(photo: Photo) -> str:
    """Anybody may keep a public photo, but asks each time: one that is hidden is gone the moment it is."""
    is_public = photo.is_published and photo.report.visibility == Visibility.PUBLIC
    return "public, no-cache" if is_public else "private, no-store"
