"""The pass that opens a live connection: secrets stay out of its URL."""

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.viewers import viewer_of
from reports import live

# ``pass`` is a keyword of the language, so its serializer cannot be a class.
PassSerializer = inline_serializer(
    "LivePass",
    {"pass": serializers.CharField(read_only=True), "expires_in_s": serializers.IntegerField(read_only=True)},
)


class PassView(APIView):
    """One pass per connection."""

    permission_classes = (AllowAny,)

    @extend_schema(request=None, responses={201: PassSerializer})
    def post(self, request: Request) -> Response:
        """A pass for whoever asks: an account, or the holder of a receipt."""
        word = live.issue_pass(viewer_of(request))
        body = {"pass": word, "expires_in_s": live.PASS_S}
        return Response(body, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})
