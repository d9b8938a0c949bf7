"""Server-sent events: the lines of WebSocket for clients and networks that cannot do it.

``config/asgi.py`` hands these addresses to ``reports.streams``, which keeps the answer open. Where they reach
this view instead (a WSGI server, a proxy without the rule for them), the answer ends after what is there, and
the browser comes back by itself and says where it was: slower, with the same lines.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import Viewer
from accounts.inputs import checked
from accounts.limiting import address_of, network_of
from accounts.serializers import StrictSerializer
from accounts.viewers import viewer_of
from reports import live, live_missed
from reports.serializers import BboxField

MEDIA_TYPE = "text/event-stream"
HEADERS = {"Cache-Control": "no-cache, no-store", "X-Accel-Buffering": "no"}
RETRY_MS = 3000
MAX_SEQ = 2**63 - 1

# ``pass`` is a keyword of the language, so these classes cannot be written as such.
_ASKED: dict[str, Any] = {
    "after": serializers.IntegerField(required=False, min_value=0, max_value=MAX_SEQ),
    "pass": serializers.CharField(required=False, max_length=200),
}
ReportStreamQuery = type("ReportStreamQuery", (StrictSerializer,), {**_ASKED, "__doc__": "Where to go on."})
MapStreamQuery = type(
    "MapStreamQuery", (StrictSerializer,), {**_ASKED, "bbox": BboxField(), "__doc__": "Which box, and where."}
)
StreamEvent = inline_serializer(
    "StreamEvent",
    {
        "id": serializers.CharField(required=False, help_text="The seq, to go on from."),
        "data": serializers.CharField(help_text="A message of the WebSocket of the same name, as JSON."),
    },
)
LAST_EVENT_ID = OpenApiParameter(
    "Last-Event-ID",
    int,
    OpenApiParameter.HEADER,
    description="The last `id` that was heard, as a browser sends it; it wins over `after`.",
)


@dataclass(frozen=True)
class Admission:
    """What a client may listen to: its groups, where it goes on, how to read what it missed, who it is."""

    groups: tuple[str, ...]
    after: int
    missed: Callable[[], list[live.Message]]
    address: str
    producer: str


class EventStream(BaseRenderer):
    """Messages as server-sent events; a problem stays JSON."""

    media_type = MEDIA_TYPE
    format = "sse"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        response = (renderer_context or {}).get("response")
        if response is not None and response.status_code >= 400:
            return bytes(JSONRenderer().render(data))
        return b"".join(written(data))


class StreamView(APIView):
    """A stream that ends: everything that was missed."""

    permission_classes = (AllowAny,)
    renderer_classes = (EventStream,)
    query: ClassVar[type]

    def admit(self, request: Request, **where: str) -> Admission:
        """Who may listen to what. Raises what becomes a problem."""
        raise NotImplementedError  # every stream below has its own

    def stream(self, request: Request, **where: str) -> Response:
        """Everything so far."""
        admission = self.admit(request, **where)
        missed = [{"type": "event", **line} for line in admission.missed()]
        told = missed[-1]["seq"] if missed else admission.after
        return Response([*missed, ready(told)], headers=HEADERS)


class ReportStreamView(StreamView):
    """One report's timeline."""

    @extend_schema(
        parameters=[ReportStreamQuery, LAST_EVENT_ID],
        responses={(200, MEDIA_TYPE): StreamEvent},
    )
    def get(self, request: Request, code: str) -> Response:
        """A report's timeline as server-sent events. First what was missed, then each event as it happens.

        The lines are those of the WebSocket `/live/reports/{code}/`, as `data`, with their `seq` as `id`.
        What is not public needs credentials in a header, or a one-time pass in the address, because a
        browser's `EventSource` sends no headers of ours.
        """
        return self.stream(request, code=code)

    def admit(self, request: Request, **where: str) -> Admission:
        wanted = checked(ReportStreamQuery, request)
        viewer, code, after = _viewer(request, wanted), where["code"], _after(request, wanted) or 0
        side = "inner" if live_missed.is_inner(viewer, code) else "public"
        missed = partial(live_missed.of_report, viewer, code, after)
        return Admission((f"report.{code}.{side}",), after, missed, *_sender(request, viewer))


class MapStreamView(StreamView):
    """Public reports in a box."""

    @extend_schema(
        parameters=[MapStreamQuery, LAST_EVENT_ID],
        responses={(200, MEDIA_TYPE): StreamEvent},
    )
    def get(self, request: Request) -> Response:
        """What happens to public reports in a box, as server-sent events.

        The lines are those of the WebSocket `/live/map/`, as `data`, with their `seq` as `id`. Without
        `after` it begins now; whoever missed more than 500 events is told to ask for the map itself.
        """
        return self.stream(request)

    def admit(self, request: Request, **where: str) -> Admission:
        wanted = checked(MapStreamQuery, request)
        viewer, box, after = _viewer(request, wanted), wanted["bbox"], _after(request, wanted)
        groups = live.cell_groups(*box)
        if not groups:
            raise ValidationError({"bbox": [_("This box is too large to listen to.")]}, code="too_large")
        begun = live_missed.told_so_far() if after is None else after
        missed = partial(live_missed.of_box, box, begun)
        return Admission(tuple(groups), begun, missed, *_sender(request, viewer))


def ready(seq: int) -> live.Message:
    """Everything up to ``seq`` has been told; what comes now happens now."""
    return {"type": "ready", "seq": seq}


def written(messages: Iterable[live.Message]) -> Iterator[bytes]:
    """Messages as server-sent events, each with its ``seq`` as the id to go on from."""
    yield f"retry: {RETRY_MS}\n\n".encode()
    for message in messages:
        yield line(message)


def line(message: live.Message) -> bytes:
    """One message as one event."""
    known = f"id: {message['seq']}\n" if "seq" in message else ""
    return f"{known}data: {json.dumps(message, ensure_ascii=False)}\n\n".encode()


def _viewer(request: Request, wanted: dict[str, Any]) -> Viewer:
    """By pass if there is one, else as any request says who it is."""
    if "pass" not in wanted:
        return viewer_of(request)
    viewer = live.redeem_pass(wanted["pass"])
    if viewer is None:
        raise AuthenticationFailed(_("This pass is unknown, used or too old."))
    return viewer


def _after(request: Request, wanted: dict[str, Any]) -> int | None:
    """Where the client was; the header of a browser that comes back is newer than its address."""
    last = request.headers.get("Last-Event-ID", "")
    if last.isascii() and last.isdigit() and int(last) <= MAX_SEQ:
        return int(last)
    after: int | None = wanted.get("after")
    return after


def _sender(request: Request, viewer: Viewer) -> tuple[str, str]:
    """By which address and by which producer a stream is counted."""
    plain = request._request  # noqa: SLF001  # the framework's own way to the request below
    return network_of(address_of(plain)), str(viewer.producer.pk) if viewer.producer else ""
