"""What the desk does about what a photo shows: sees and corrects its covered parts, looks at the original."""

from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import Actor
from accounts.viewers import viewer_of
from moderation.permissions import desk_actor
from moderation.queries import photo_for
from reports import services
from reports.models import Photo
from reports.photos import media_type
from reports.serializers import BoxSerializer, NewBoxes
from reports.views.photos import AnyAccept

# Kept nowhere, and only ever a picture.
SHUT = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


class BoxesView(APIView):
    """The covered parts of a photo."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=BoxSerializer(many=True))
    def get(self, request: Request, code: str) -> Response:
        """Faces and number plates of a photo, also those a person took away."""
        photo, _by = _at_the_desk(request, code)
        return Response(BoxSerializer(photo.boxes.order_by("pk"), many=True).data)

    @extend_schema(request=NewBoxes, responses=BoxSerializer(many=True))
    def put(self, request: Request, code: str) -> Response:
        """Say what is to be covered: what is not named is uncovered, and the photo is drawn anew.

        A person's word stands: the detector never looks at this photo again. Until it is drawn, it is shown
        to nobody.
        """
        given = NewBoxes(data=request.data)
        given.is_valid(raise_exception=True)
        photo, by = _at_the_desk(request, code)
        photo = services.correct_boxes(photo, given.corrections(), by=by)
        return Response(BoxSerializer(photo.boxes.order_by("pk"), many=True).data)


class OriginalView(APIView):
    """A photo as it was sent."""

    permission_classes = (IsAuthenticated,)
    content_negotiation_class = AnyAccept

    @extend_schema(responses={(200, "image/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, code: str) -> FileResponse:
        """The original, nothing covered, until the time to appeal is over; who looked is written down."""
        photo, by = _at_the_desk(request, code)
        file = services.look_at_original(photo, by=by)
        return FileResponse(file, content_type=media_type(file), headers=SHUT)


def _at_the_desk(request: Request, code: str) -> tuple[Photo, Actor]:
    """The photo and the role to act in. Raises Http404, or NotAllowed for who has no desk for it."""
    viewer = viewer_of(request)
    photo = photo_for(viewer, code)
    if photo is None:
        raise Http404
    return photo, desk_actor(viewer, photo.report)
