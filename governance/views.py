"""What anybody may check: the seals, and that a report's events are under them."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewers import viewer_of
from governance import queries
from governance.models import Seal
from governance.serializers import ProofSerializer, SealSerializer
from reports.models import Event
from reports.tombstones import report_or_tombstone


class SealsView(generics.ListAPIView[Seal]):
    """Every seal, oldest first; whoever keeps a copy can tell later that nothing was changed."""

    serializer_class = SealSerializer
    permission_classes = (AllowAny,)
    queryset = Seal.objects.all()
    ordering = ("first_seq",)


class ProofView(generics.ListAPIView[Event]):
    """Inclusion proofs (RFC 9162) of a report's events, oldest first; ``seal`` is null before the sealing."""

    serializer_class = ProofSerializer
    permission_classes = (AllowAny,)
    ordering = ("seq",)

    def get_queryset(self) -> QuerySet[Event]:
        report = report_or_tombstone(viewer_of(self.request), self.kwargs["code"])
        return Event.objects.filter(report=report, seq__isnull=False).only("seq", "digest")

    @extend_schema(responses=ProofSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(queries.proofs_of(page or []))
