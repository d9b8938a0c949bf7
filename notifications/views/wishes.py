"""How I want news, and the devices it goes to."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.conditions import check_if_match, etag, is_unchanged
from accounts.errors import NotAllowed
from accounts.inputs import checked_body
from accounts.models import Producer
from notifications import vapid
from notifications.models import Device, Wishes
from notifications.serializers.wishes import (
    DeviceSerializer,
    DevicesSerializer,
    NewDevice,
    Proof,
    WishesChange,
    WishesSerializer,
)
from notifications.services import devices
from notifications.services.wishes import change_wishes, wishes_of
from notifications.views.inbox import reader_of
from reports.permissions import as_producer

IF_MATCH = OpenApiParameter("If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True)
PRIVATE = {"Cache-Control": "private, no-store"}


class WishesView(APIView):
    """How I want news: how often by which channel, and when to be quiet."""

    permission_classes = (AllowAny,)  # a receipt opens it too; reader_of turns everybody else away

    @extend_schema(responses={200: WishesSerializer, 304: None})
    def get(self, request: Request) -> Response:
        """How I want news; before I said anything, the ordinary way."""
        producer = reader_of(request).producer
        wishes = wishes_of(producer) if producer else Wishes(version=0)
        if is_unchanged(request, wishes.version):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=_headers(wishes))
        return _shown(wishes)

    @extend_schema(request=WishesChange, responses=WishesSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request) -> Response:
        """Change what I name; the rest stays."""
        reader_of(request)
        producer = _producer(request)
        check_if_match(request, wishes_of(producer).version)
        return _shown(change_wishes(producer, **checked_body(WishesChange, request)))


class DevicesView(GenericAPIView[Device]):
    """The devices that take short messages for me."""

    serializer_class = DeviceSerializer
    permission_classes = (AllowAny,)  # the same
    queryset = Device.objects.none()

    @extend_schema(responses=DevicesSerializer)
    def get(self, request: Request) -> Response:
        """My devices, and the public key (VAPID) with which a browser subscribes."""
        mine = _mine(request).order_by("pk")
        shown = {"public_key": vapid.public_key(), "results": mine}
        return Response(DevicesSerializer(shown).data, headers=PRIVATE)

    @extend_schema(request=NewDevice, responses={201: DeviceSerializer})
    def post(self, request: Request) -> Response:
        """Register a browser, an app, or (with an account) a number, which has to be confirmed."""
        reader = reader_of(request)
        given = checked_body(NewDevice, request)
        if reader.user is None and given["transport"] == Device.Transport.SMS:
            raise NotAllowed(_("Text messages need an account."))
        keys = given.pop("keys", {})
        address = next(given.pop(name) for name in ("endpoint", "token", "number") if name in given)
        device = devices.register(_producer(request), address=address, **given, **keys)
        return _device(device, status.HTTP_201_CREATED)


class DeviceView(GenericAPIView[Device]):
    """One device of mine."""

    permission_classes = (AllowAny,)  # the same
    queryset = Device.objects.none()
    lookup_field = "code"

    def get_queryset(self) -> QuerySet[Device]:
        return _mine(self.request)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, code: str) -> Response:  # read by get_object
        """Send it nothing more."""
        self.get_object().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class DeviceTestView(GenericAPIView[Device]):
    """Whether a device of mine can be reached."""

    permission_classes = (AllowAny,)  # the same
    queryset = Device.objects.none()
    lookup_field = "code"

    def get_queryset(self) -> QuerySet[Device]:
        return _mine(self.request)

    @extend_schema(request=None, responses={202: DeviceSerializer})
    def post(self, request: Request, code: str) -> Response:  # read by get_object
        """Send it a test message; ``reached_at`` moves when it was taken."""
        device = self.get_object()
        devices.send_test(device)
        return _device(device, status.HTTP_202_ACCEPTED)


class DeviceProofView(GenericAPIView[Device]):
    """That a number is my own."""

    permission_classes = (AllowAny,)  # the same
    queryset = Device.objects.none()
    lookup_field = "code"

    def get_queryset(self) -> QuerySet[Device]:
        return _mine(self.request)

    @extend_schema(request=Proof, responses=DeviceSerializer)
    def post(self, request: Request, code: str) -> Response:  # read by get_object
        """Give the code that came to the number: five tries within 15 minutes."""
        proof = checked_body(Proof, request)["code"]
        return _device(devices.confirm(self.get_object(), proof))


def _mine(request: Request) -> QuerySet[Device]:
    return Device.objects.filter(producer=reader_of(request).producer)


def _producer(request: Request) -> Producer:
    """The producer of whoever asks, made at an account's first act."""
    producer = as_producer(request).producer
    if producer is None:
        raise NotAllowed(_("Nobody is known here to whom it could be sent."))
    return producer


def _device(device: Device, code: int = status.HTTP_200_OK) -> Response:
    return Response(DeviceSerializer(device).data, status=code, headers=PRIVATE)


def _shown(wishes: Wishes) -> Response:
    return Response(WishesSerializer(wishes).data, headers=_headers(wishes))


def _headers(wishes: Wishes) -> dict[str, str]:
    return {"ETag": etag(wishes.version), **PRIVATE}
