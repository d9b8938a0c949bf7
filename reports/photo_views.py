"""Serving photos: as private as their report, at every size."""

from collections.abc import Iterable

from django.core.files.storage import default_storage
from django.db.models import Q
from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.viewers import viewer_of
from reports.models import Photo, Report
from reports.photo_files import derivative_name
from reports.photos import ENCODINGS, SIZES

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
        responses={(200, "image/webp"): OpenApiTypes.BINARY, (200, "image/jpeg"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, code: str, size: str, ending: str) -> FileResponse:
        """The photo drawn anew; the original is never served here."""
        if size not in SIZES or ending not in ENCODINGS:
            raise Http404
        viewer = viewer_of(request)
        readable = Report.objects.visible_to(viewer)
        inner = readable.inner_to(viewer).values("pk")
        shown = Q(report__in=readable.values("pk"), is_published=True) | Q(report__in=inner)
        photo = Photo.objects.filter(shown, code=code, state=Photo.State.READY).first()
        if photo is None:
            raise Http404
        caching = "public, max-age=300" if photo.is_published else "private, no-store"
        file = default_storage.open(derivative_name(photo, size, ending))
        headers = {"Cache-Control": caching, "X-Content-Type-Options": "nosniff"}
        return FileResponse(file, content_type=MIME[ending], headers=headers)
