"""The API of reports: a view translates, makes one call, and translates back."""

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.conditions import check_if_match, etag, has_tag, is_unchanged, tag_of
from accounts.inputs import checked, checked_body, form_data
from accounts.viewers import viewer_of
from reports import queries, services
from reports.models import Comment, Photo, Report
from reports.permissions import as_producer, sender_of, voice_of
from reports.serializers import (
    CommentSerializer,
    DatumQuery,
    EventSerializer,
    FeedQuery,
    FeedSerializer,
    NewPhoto,
    NewReport,
    NewText,
    OptionalText,
    PhotoSerializer,
    ReportSerializer,
    SubmittedSerializer,
    TimelineQuery,
    TraceSerializer,
)
from reports.serializers.submitted import submitted_body
from reports.services.submitting import content_of
from reports.views.listing import VARY, ReportLists


class ReportViewSet(ReportLists):
    """Reports: send, find, follow, and speak about them."""

    serializer_class = ReportSerializer
    permission_classes = (AllowAny,)
    lookup_field = "code"
    lookup_value_regex = "[0-9a-z]{20}"
    queryset = Report.objects.none()

    @extend_schema(request=NewReport, responses={201: SubmittedSerializer})
    def create(self, request: Request) -> Response:
        """Send a report. Its receipt (code and secret) is shown this once and opens it without an account."""
        given = NewReport(data=form_data(request, "photos", "consents"))
        given.is_valid(raise_exception=True)
        submitted = services.submit_report(given.draft(), producer=sender_of(request))
        location = f"/api/v1/reports/{submitted.report.code}/"
        body = submitted_body(submitted, get_language() or "")
        return Response(body, status=status.HTTP_201_CREATED, headers={"Location": location})

    @extend_schema(parameters=[DatumQuery], responses={200: ReportSerializer, 304: None})
    def retrieve(self, request: Request, code: str) -> Response:
        """One report, with its ETag."""
        wanted = checked(DatumQuery, request)
        report = queries.report_for(viewer_of(request), code)
        headers = {"ETag": etag(report.version), "Vary": VARY, "Cache-Control": "private, no-cache"}
        if is_unchanged(request, report.version):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        context = {**self.get_serializer_context(), **wanted}
        return Response(ReportSerializer(report, context=context).data, headers=headers)

    @extend_schema(parameters=[TimelineQuery], responses={200: EventSerializer(many=True), 304: None})
    @action(detail=True, pagination_class=None)
    def timeline(self, request: Request, code: str) -> Response:
        """What happened to a report, oldest first; with `after` only what is newer than a `seq`."""
        after = checked(TimelineQuery, request)["after"]
        lines = queries.timeline_for(viewer_of(request), code)
        # A line gets its seq after it was written, which is no change of the report.
        tag = tag_of(lines[0].report.version, *(line.seq for line in lines))
        headers = {"ETag": tag, "Vary": VARY, "Cache-Control": "private, no-cache"}
        if has_tag(request, tag):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        context = {"is_inner": getattr(lines[0], "is_inner", False)}
        newer = [line for line in lines if not after or (line.seq or 0) > after]
        return Response(EventSerializer(newer, many=True, context=context).data, headers=headers)

    @extend_schema(responses=TraceSerializer)
    @action(detail=True)
    def trace(self, request: Request, code: str) -> Response:
        """The verifiable story: every event with its digest; for the receipt's holder also the content."""
        viewer = viewer_of(request)
        report = queries.report_for(viewer, code)
        events = queries.timeline_of(report, is_inner=True)
        is_own = viewer.producer is not None and viewer.producer.pk == report.producer_id
        return Response(queries.trace_of(report, events, content_of(report) if is_own else None))

    @extend_schema(methods=["GET"], responses=CommentSerializer(many=True))
    @extend_schema(methods=["POST"], request=NewText, responses={201: CommentSerializer})
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def comments(self, request: Request, code: str) -> Response:
        """What people said about it; a first-time producer's words wait for the desk."""
        report = queries.report_for(viewer_of(request), code)
        if request.method == "GET":
            said = report.comments.select_related("organisation").order_by("created_at", "pk")
            own = said if _is_inner(report) else said.filter(is_public=True)
            return Response(CommentSerializer(own, many=True).data)
        text = checked_body(NewText, request)["text"]
        comment: Comment = services.add_comment(report, by=voice_of(request, report), text=text)
        return Response(CommentSerializer(comment).data, status=status.HTTP_201_CREATED)

    @extend_schema(methods=["POST", "DELETE"], request=None, responses={200: ReportSerializer})
    @action(detail=True, methods=["post", "delete"])
    def support(self, request: Request, code: str) -> Response:
        """Back a report, or take that back; counted once per producer."""
        actor = as_producer(request)
        report = queries.report_for(viewer_of(request), code)
        change = services.support if request.method == "POST" else services.unsupport
        return self._answer(change(report, by=actor))

    @extend_schema(request=NewText, responses=ReportSerializer)
    @action(detail=True, methods=["post"])
    def dispute(self, request: Request, code: str) -> Response:
        """Say that my report is not resolved: once, within 28 days."""
        words = checked_body(NewText, request)
        return self._answer(services.dispute(self._own(request, code), by=as_producer(request), **words))

    @extend_schema(request=OptionalText, responses=ReportSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, code: str) -> Response:
        """Take my report back."""
        words = checked_body(OptionalText, request)
        return self._answer(services.withdraw(self._own(request, code), by=as_producer(request), **words))

    @extend_schema(methods=["GET"], responses=PhotoSerializer(many=True))
    @extend_schema(methods=["POST"], request=NewPhoto, responses={201: PhotoSerializer})
    @action(
        detail=True,
        methods=["get", "post"],
        pagination_class=None,
        parser_classes=[MultiPartParser, FormParser, JSONParser],
    )
    def photos(self, request: Request, code: str) -> Response:
        """The photos I may see; the producer may add up to five."""
        report = queries.report_for(viewer_of(request), code)
        if request.method == "GET":
            shown = report.photos.order_by("pk")
            shown = shown if _is_inner(report) else shown.filter(is_published=True)
            return Response(PhotoSerializer(shown, many=True).data)
        given = checked_body(NewPhoto, request)
        own, by = self._own(request, code), as_producer(request)
        photo: Photo = services.add_photo(own, given.get("file") or given["upload"], by=by)
        return Response(PhotoSerializer(photo).data, status=status.HTTP_201_CREATED)

    def _own(self, request: Request, code: str) -> Report:
        """The report as its producer's; somebody else's is nothing they may act on."""
        viewer = viewer_of(request)
        report = queries.report_for(viewer, code)
        check_if_match(request, report.version, required=False)
        if viewer.producer is None or viewer.producer.pk != report.producer_id:
            self.permission_denied(request)
        return report

    def _answer(self, report: Report) -> Response:
        data = ReportSerializer(report, context=self.get_serializer_context()).data
        return Response(data, headers={"ETag": etag(report.version)})


class FeedView(APIView):
    """Events for organisations whose systems cannot be called."""

    @extend_schema(parameters=[FeedQuery], responses=FeedSerializer)
    def get(self, request: Request) -> Response:
        """Events of the reports my organisations were given, after a ``seq``; nothing is skipped, ever."""
        wanted = checked(FeedQuery, request)
        events = list(queries.events_for(viewer_of(request), wanted["after"])[: wanted["limit"]])
        last = events[-1].seq if events else wanted["after"]
        return Response(FeedSerializer({"events": events, "next_after": last}).data)


def _is_inner(report: Report) -> bool:
    return bool(getattr(report, "is_inner", False))
