"""My inbox."""

import hashlib
import json
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import Viewer
from accounts.conditions import etag, is_unchanged
from accounts.inputs import checked, checked_body
from accounts.models import User
from accounts.viewers import producer_of
from notifications.models import InboxItem
from notifications.serializers.inbox import (
    InboxItemSerializer,
    InboxQuery,
    InboxSerializer,
    UnreadSerializer,
    UpTo,
)
from notifications.services import reading

VARY = "Accept, Accept-Language, Authorization, X-Session-Token, Cookie"
SHOWN = ("event__report", "event__organisation", "event__by_organisation", "event__comment")
MOST_SEQ = 2**63 - 1


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

    @extend_schema(parameters=[InboxQuery], responses={200: InboxSerializer, 304: None})
    def get(self, request: Request) -> Response:
        """My news, newest first, by cursor; ``is_unread`` leaves out what I have read."""
        wanted = checked(InboxQuery, request)
        mine = InboxItem.objects.visible_to(reader_of(request))
        rows = mine.unread() if wanted["is_unread"] else mine
        page = self.paginate_queryset(rows.select_related(*SHOWN))
        answer = self.get_paginated_response(self.get_serializer(page, many=True).data)
        answer.data["unread_count"] = mine.unread().count()
        version = _version_of(answer.data)
        headers = {"ETag": etag(version), "Vary": VARY, "Cache-Control": "private, no-cache"}
        if is_unchanged(request, version):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        for name, value in headers.items():
            answer[name] = value
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


class ReadOneView(APIView):
    """One of my news, read."""

    permission_classes = (AllowAny,)  # the same

    @extend_schema(request=None, responses=UnreadSerializer)
    def post(self, request: Request, seq: int) -> Response:
        """Mark one of my news as read."""
        return _marked(request, seq, is_read=True)


class UnreadOneView(APIView):
    """One of my news, to be read again."""

    permission_classes = (AllowAny,)  # the same

    @extend_schema(request=None, responses=UnreadSerializer)
    def post(self, request: Request, seq: int) -> Response:
        """Mark one of my news as not read."""
        return _marked(request, seq, is_read=False)


def _marked(request: Request, seq: int, *, is_read: bool) -> Response:
    reader = reader_of(request)
    if seq > MOST_SEQ or not reading.mark_one(reader, seq, is_read=is_read):
        raise Http404
    return Response({"unread_count": InboxItem.objects.visible_to(reader).unread().count()})


def _version_of(shown: dict[str, Any]) -> int:
    """A number that changes with anything on the page."""
    written = json.dumps(shown, sort_keys=True, default=str).encode()
    return int.from_bytes(hashlib.sha256(written).digest()[:6])
