"""My inbox."""

from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import Viewer
from accounts.inputs import checked_body
from accounts.models import User
from accounts.viewers import producer_of
from notifications.models import InboxItem
from notifications.serializers import InboxItemSerializer, InboxSerializer, UnreadSerializer, UpTo
from notifications.services import reading


def reader_of(request: Request) -> Viewer:
    """The account, or the holder of a receipt, whose inbox this is. Raises NotAuthenticated for others."""
    if isinstance(request.auth, Viewer):
        return request.auth
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return Viewer(user=request.user, producer=producer_of(request))


class InboxView(generics.GenericAPIView[InboxItem]):
    """What happened to the reports I sent or support."""

    serializer_class = InboxItemSerializer
    permission_classes = (AllowAny,)  # a receipt opens it too; reader_of turns everybody else away
    ordering = ("-seq",)
    queryset = InboxItem.objects.none()

    @extend_schema(responses=InboxSerializer)
    def get(self, request: Request) -> Response:
        """My news, newest first, by cursor."""
        mine = InboxItem.objects.visible_to(reader_of(request))
        rows = mine.select_related("event__report", "event__organisation", "event__by_organisation")
        page = self.paginate_queryset(rows)
        answer = self.get_paginated_response(self.get_serializer(page, many=True).data)
        answer.data["unread_count"] = mine.unread().count()
        return answer


class ReadView(APIView):
    """What I have read."""

    permission_classes = (AllowAny,)  # the same

    @extend_schema(request=UpTo, responses=UnreadSerializer)
    def post(self, request: Request) -> Response:
        """Mark my news as read, up to one of them or all."""
        reader = reader_of(request)
        reading.mark_read(reader, **checked_body(UpTo, request))
        unread = InboxItem.objects.visible_to(reader).unread()
        return Response({"unread_count": unread.count()})
