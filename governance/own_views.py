"""Where my data went, and a copy of it to take away."""

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.negotiation import AnyAccept
from accounts.viewers import viewer_of
from governance import queries, services, tasks
from governance.models import DataUse, Export
from governance.serializers import DataUseSerializer, ExportSerializer
from reports.permissions import as_producer


class DataUsesView(generics.ListAPIView[DataUse]):
    """Which organisations got data of my reports, latest first."""

    serializer_class = DataUseSerializer
    permission_classes = (AllowAny,)
    ordering = ("-at", "-pk")

    def get_queryset(self) -> QuerySet[DataUse]:
        viewer = viewer_of(self.request)
        if viewer.producer is None and not isinstance(self.request.user, User):
            raise NotAuthenticated
        return queries.data_uses_for(viewer)


class ReportDataUsesView(DataUsesView):
    """Which organisations got data of this report of mine, also after it was erased."""

    def get_queryset(self) -> QuerySet[DataUse]:
        return queries.data_uses_of(viewer_of(self.request), self.kwargs["code"])


class ExportsView(generics.ListAPIView[Export]):
    """Copies of my data that I asked for, latest first."""

    serializer_class = ExportSerializer
    permission_classes = (AllowAny,)

    def get_queryset(self) -> QuerySet[Export]:
        as_producer(self.request)
        return Export.objects.visible_to(viewer_of(self.request)).select_related("report")

    @extend_schema(request=None, responses={202: ExportSerializer})
    def post(self, request: Request) -> Response:
        """Ask for a copy of everything about me: a zip of JSON, GeoJSON and photos, kept for seven days.

        With a receipt the copy is of its report. One that is being gathered, or younger than an hour, is the
        answer again.
        """
        return _ask(request, viewer_of(request).report_code)


class ReportExportView(APIView):
    """A copy of one report."""

    permission_classes = (AllowAny,)

    @extend_schema(request=None, responses={202: ExportSerializer})
    def post(self, request: Request, code: str) -> Response:
        """Ask for a copy of one report of mine, with its receipt or my account."""
        return _ask(request, code)


class ExportView(APIView):
    """One copy."""

    permission_classes = (AllowAny,)

    @extend_schema(responses=ExportSerializer)
    def get(self, request: Request, code: str) -> Response:
        """How far it is; when it is ready, with a link that opens it for an hour without logging in."""
        return Response(_shown(queries.export_for(viewer_of(request), code)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, code: str) -> Response:
        """I do not need it any more."""
        services.drop_export(queries.export_for(viewer_of(request), code))
        _wake(tasks.sweep_exports.delay)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ExportFileView(APIView):
    """The file of a copy."""

    permission_classes = (AllowAny,)
    content_negotiation_class = AnyAccept

    @extend_schema(
        parameters=[OpenApiParameter("signature", str, description="As the link of the copy has it.")],
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, code: str) -> FileResponse:
        """The zip, for its owner or with the signature of a link."""
        signature = request.query_params.get("signature")
        if signature is None:
            export = queries.export_for(viewer_of(request), code)
        else:
            export = queries.export_by_link(code, signature)
        if not export.file:
            raise Http404
        headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
        return FileResponse(
            default_storage.open(export.file),
            as_attachment=True,
            filename=f"commonway-{export.created_at:%Y-%m-%d}.zip",
            content_type="application/zip",
            headers=headers,
        )


def _ask(request: Request, report_code: str | None) -> Response:
    producer = as_producer(request).producer
    report = queries.own_report(viewer_of(request), report_code) if report_code else None
    language = get_language() or settings.LANGUAGE_CODE
    if producer is None:
        raise NotAuthenticated
    export = services.ask_for_export(producer, report=report, language=language)
    _wake(partial(tasks.build_export.delay, export.code))
    headers = {"Location": f"/api/v1/me/exports/{export.code}/"}
    return Response(_shown(export), status=status.HTTP_202_ACCEPTED, headers=headers)


def _wake(task: Callable[[], object]) -> None:
    """Start a task once the request is committed; a lost wake-up is found by the sweep."""
    if settings.RELAY_NUDGES:
        transaction.on_commit(task)


def _shown(export: Export) -> dict[str, object]:
    return dict(ExportSerializer(export).data)
