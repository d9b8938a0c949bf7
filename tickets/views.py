"""The API of tickets: firms and bureaus take work, say how it goes, and finish it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actors import Viewer
from accounts.conditions import check_if_match, etag, is_unchanged
from accounts.inputs import checked, checked_body
from accounts.viewers import viewer_of
from reports.serializers import NewText
from tickets import queries, services
from tickets.models import Ticket, TicketQuerySet
from tickets.permissions import supervisor_of, worker_of
from tickets.reading import note_read
from tickets.serializers import (
    Countersignature,
    Decline,
    Done,
    HandOver,
    Note,
    TicketQuery,
    TicketSerializer,
)

VARY = "Accept, Accept-Language, Authorization, X-Session-Token, Cookie"


class TicketViewSet(viewsets.GenericViewSet[Ticket]):
    """Tickets: an organisation's share of the work on reports."""

    serializer_class = TicketSerializer
    permission_classes = (IsAuthenticated,)
    lookup_field = "code"
    lookup_value_regex = "[0-9a-z]{20}"
    queryset = Ticket.objects.none()
    ordering = ("-offered_at", "-pk")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "viewer": viewer_of(self.request)}

    @extend_schema(parameters=[TicketQuery])
    def list(self, request: Request) -> Response:
        """My organisations' tickets, latest offer first; ``whose=supervised``: others' that I look after."""
        wanted = checked(TicketQuery, request)
        page = self.paginate_queryset(_filtered(wanted, viewer_of(request)).for_display())
        note_read(viewer_of(request), page or ())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(responses={200: TicketSerializer, 304: None})
    def retrieve(self, request: Request, code: str) -> Response:
        """One ticket with its report, and its ETag."""
        ticket = queries.ticket_for(viewer_of(request), code)
        headers = {"ETag": etag(ticket.report.version), "Vary": VARY, "Cache-Control": "private, no-cache"}
        if is_unchanged(request, ticket.report.version):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        note_read(viewer_of(request), [ticket])
        return Response(self.get_serializer(ticket).data, headers=headers)

    @extend_schema(request=None, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, code: str) -> Response:
        """Take the work."""
        ticket = self._wanted(request, code)
        return self._answer(services.accept(ticket, by=worker_of(request, ticket)))

    @extend_schema(request=Decline, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, code: str) -> Response:
        """Do not take the work, and say why: the next that the rules name is asked, or the desk."""
        given = checked_body(Decline, request)
        ticket = self._wanted(request, code)
        return self._answer(services.decline(ticket, by=worker_of(request, ticket), **given))

    @extend_schema(request=None, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, code: str) -> Response:
        """Begin the work; the public reads that it is in progress."""
        ticket = self._wanted(request, code)
        return self._answer(services.start(ticket, by=worker_of(request, ticket)))

    @extend_schema(request=Note, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def notes(self, request: Request, code: str) -> Response:
        """Say how the work goes."""
        given = checked_body(Note, request)
        ticket = self._wanted(request, code)
        return self._answer(services.note(ticket, by=worker_of(request, ticket), **given))

    @extend_schema(request=HandOver, responses=TicketSerializer)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, code: str) -> Response:
        """Give the ticket to another organisation at once; the clocks run on."""
        given = checked_body(HandOver, request)
        ticket = self._wanted(request, code)
        services.hand_over(ticket, by=worker_of(request, ticket), **given)
        return self._answer(ticket)

    @extend_schema(request=Done, responses=TicketSerializer)
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser, FormParser, JSONParser])
    def done(self, request: Request, code: str) -> Response:
        """Finish the work with a note and, as a form, a photo; the owner may have to countersign."""
        given = checked_body(Done, request)
        ticket = self._wanted(request, code)
        return self._answer(services.finish(ticket, by=worker_of(request, ticket), **given))

    @extend_schema(request=Countersignature, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def countersign(self, request: Request, code: str) -> Response:
        """Confirm an executor's finished work as the report's owner; the report is resolved."""
        given = checked_body(Countersignature, request)
        ticket = self._wanted(request, code)
        return self._answer(services.countersign(ticket, by=supervisor_of(request, ticket), **given))

    @extend_schema(request=NewText, responses=TicketSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    def return_work(self, request: Request, code: str) -> Response:
        """Send finished work back to the executor, and say what is missing."""
        given = checked_body(NewText, request)
        ticket = self._wanted(request, code)
        return self._answer(services.return_to_executor(ticket, by=supervisor_of(request, ticket), **given))

    def _wanted(self, request: Request, code: str) -> Ticket:
        """The ticket about to be moved, in the version that ``If-Match`` names, if it names one."""
        ticket = queries.ticket_for(viewer_of(request), code)
        check_if_match(request, ticket.report.version, required=False)
        return ticket

    def _answer(self, ticket: Ticket) -> Response:
        """The ticket as it stands after the move."""
        fresh = queries.ticket_for(viewer_of(self.request), ticket.code)
        note_read(viewer_of(self.request), [fresh])
        return Response(self.get_serializer(fresh).data, headers={"ETag": etag(fresh.report.version)})


def _filtered(wanted: dict[str, Any], viewer: Viewer) -> TicketQuerySet:
    tickets: TicketQuerySet = Ticket.objects.visible_to(viewer)
    if wanted["whose"] == "own":
        tickets = tickets.held_by(viewer)
    elif wanted["whose"] == "supervised":
        tickets = tickets.supervised_by(viewer)
    if wanted["overdue"] is not None:
        tickets = tickets.overdue() if wanted["overdue"] else tickets.in_time()
    return tickets.filter(**_conditions(wanted))


def _conditions(wanted: dict[str, Any]) -> dict[str, Any]:
    lookups = {"status": "status", "role": "role", "report": "report__code"}
    conditions = {lookup: wanted[name] for name, lookup in lookups.items() if name in wanted}
    if "category" in wanted:
        conditions["report__category_id"] = wanted["category"].pk
    return conditions
