"""Consents: given, withdrawn, and all that was ever agreed to; with an account or with a receipt."""

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.errors import NotAllowed
from accounts.inputs import checked, checked_body
from accounts.models import Consent, Producer
from accounts.serializers import ConsentSerializer, NewConsent, WithdrawnConsent
from reports import services
from reports.permissions import as_producer


class ConsentsView(generics.ListAPIView[Consent]):
    """Every consent I gave, live and withdrawn, newest first."""

    serializer_class = ConsentSerializer
    permission_classes = (AllowAny,)
    pagination_class = None

    def get_queryset(self) -> QuerySet[Consent]:
        own = Consent.objects.filter(producer=_own_producer(self.request))
        return own.select_related("recipient").order_by("-given_at", "-pk")

    @extend_schema(request=NewConsent, responses={201: ConsentSerializer})
    def post(self, request: Request) -> Response:
        """Agree to one purpose under one version of the notice, for one organisation or for any."""
        producer = _own_producer(request)
        consent = services.give_consent(producer, **checked_body(NewConsent, request))
        return Response(ConsentSerializer(consent).data, status=status.HTTP_201_CREATED)


class ConsentView(APIView):
    """One purpose: withdrawing is as easy as giving."""

    permission_classes = (AllowAny,)

    @extend_schema(parameters=[WithdrawnConsent], responses={204: None})
    def delete(self, request: Request, purpose: str) -> Response:
        """Withdraw my consent for a purpose; the next use no longer finds it."""
        producer = _own_producer(request)
        if not services.withdraw_consent(producer, purpose, **checked(WithdrawnConsent, request)):
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)


def _own_producer(request: Request) -> Producer:
    """Whose consents these are: of an account, or of whoever sent one report without any.

    Raises NotAuthenticated when nobody is known; NotAllowed for the receipt of an account's report, which
    opens that report and not what the account agreed to.
    """
    actor = as_producer(request)
    producer = actor.producer
    if producer is None or (actor.user is None and producer.user_id is not None):
        raise NotAllowed(_("This report belongs to an account; log in to see what that agreed to."))
    return producer
