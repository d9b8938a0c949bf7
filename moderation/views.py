"""The API of the desk: two queues, and what is decided from them."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import Actor, Viewer
from accounts.conditions import check_if_match, etag
from accounts.errors import NotAllowed
from accounts.inputs import checked, checked_body
from accounts.viewers import viewer_of
from moderation import queries, services
from moderation.permissions import desk_actor, is_desk
from moderation.serializers import Assignment, Move, QueuedReport, QueueQuery, Showing
from reports.models import Report
from reports.queries import report_for
from reports.serializers import CommentSerializer, NewText, PhotoSerializer, ReportSerializer
from reports.workflow import Status, Visibility, legal_statuses, legal_visibilities


class QueueView(generics.GenericAPIView[Report]):
    """A queue of the desk, what is due first at its head."""

    serializer_class = QueuedReport
    permission_classes = (IsAuthenticated,)
    queryset = Report.objects.none()
    ordering = ("due_at", "pk")

    def page(self, request: Request) -> Response:
        """One page of it, for people who have a desk; raises NotAllowed for others."""
        checked(QueueQuery, request)
        viewer = viewer_of(request)
        if not (is_desk(viewer) or viewer.is_auditor):
            raise NotAllowed(_("This is for the staff of a bureau."))
        page = self.paginate_queryset(self.queue_of(viewer))
        context = {**self.get_serializer_context(), "language": get_language() or ""}
        return self.get_paginated_response(QueuedReport(page, many=True, context=context).data)

    def queue_of(self, viewer: Viewer) -> QuerySet[Report]:
        """The rows."""
        raise NotImplementedError


class TriageView(QueueView):
    """Reports that wait for a person to say who answers."""

    @extend_schema(parameters=[QueueQuery], responses=QueuedReport(many=True))
    def get(self, request: Request) -> Response:
        """Reports that wait for a person to say who answers, what is due first at the head."""
        return self.page(request)

    def queue_of(self, viewer: Viewer) -> QuerySet[Report]:
        return queries.triage_queue(viewer)


class ScreeningView(QueueView):
    """Reports that nobody has looked at."""

    @extend_schema(parameters=[QueueQuery], responses=QueuedReport(many=True))
    def get(self, request: Request) -> Response:
        """Reports held until somebody has looked at them, what is due first at the head."""
        return self.page(request)

    def queue_of(self, viewer: Viewer) -> QuerySet[Report]:
        return queries.screening_queue(viewer)


class DeskViewSet(viewsets.GenericViewSet[Report]):
    """What the desk decides about a report."""

    serializer_class = ReportSerializer
    permission_classes = (IsAuthenticated,)
    lookup_field = "code"
    lookup_value_regex = "[0-9a-z]{20}"
    queryset = Report.objects.none()

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "language": get_language() or ""}

    @extend_schema(request=Assignment, responses=ReportSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, code: str) -> Response:
        """Decide who answers and who works, and perhaps correct the category; tickets follow."""
        given = checked_body(Assignment, request)
        report = self._wanted(request, code)
        return self._answer(services.assign(report, by=desk_actor(viewer_of(request), report), **given))

    @extend_schema(request=NewText, responses={201: CommentSerializer})
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, code: str) -> Response:
        """Answer in public for the organisation."""
        given = checked_body(NewText, request)
        report = self._wanted(request, code)
        comment = services.answer(report, by=desk_actor(viewer_of(request), report), **given)
        return Response(CommentSerializer(comment).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=Move, responses=ReportSerializer)
    @action(detail=True, methods=["post"])
    def status(self, request: Request, code: str) -> Response:
        """Decline, redirect, mark as duplicate, resolve or reopen: an end needs a reason and public words."""
        given = Move(data=request.data)
        given.is_valid(raise_exception=True)
        wanted, report = given.to_move(), self._wanted(request, code)
        by = desk_actor(viewer_of(request), report, lambda actor: _may_move(actor, report, wanted["new"]))
        return self._answer(services.move(report, by=by, **wanted))

    @extend_schema(request=Showing, responses=ReportSerializer)
    @action(detail=True, methods=["post"])
    def visibility(self, request: Request, code: str) -> Response:
        """Publish, keep private, or hide for a reason; what was there before is kept for an appeal."""
        given = checked_body(Showing, request)
        new = Visibility(given["visibility"])
        report = self._wanted(request, code)
        by = desk_actor(viewer_of(request), report, lambda actor: _may_show(actor, report, new))
        return self._answer(services.show(report, new, by=by, reason=given["reason"]))

    def _wanted(self, request: Request, code: str) -> Report:
        report = report_for(viewer_of(request), code)
        check_if_match(request, report.version, required=False)
        return report

    def _answer(self, report: Report) -> Response:
        return Response(self.get_serializer(report).data, headers={"ETag": etag(report.version)})


class PublishPhotoView(APIView):
    """A photo about to be shown."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=PhotoSerializer)
    def post(self, request: Request, code: str) -> Response:
        """Somebody has looked at the photo: whoever may see the report may see it."""
        viewer = viewer_of(request)
        photo = queries.photo_for(viewer, code)
        if photo is None:
            raise Http404
        photo = services.publish_photo(photo, by=desk_actor(viewer, photo.report))
        return Response(PhotoSerializer(photo).data)


def _may_move(actor: Actor, report: Report, new: Status) -> bool:
    return new in legal_statuses(report.status, actor.kind)


def _may_show(actor: Actor, report: Report, new: Visibility) -> bool:
    return new in legal_visibilities(report.visibility, actor.kind)
