"""Where live updates are listened to: on WebSocket, and as streams of server-sent events."""

from typing import Any

from django.urls import path, re_path

from reports import consumers
from reports.streams import Stream
from reports.views.streams import MapStreamView, ReportStreamView


def _as_view(application: Any) -> Any:
    """Channels puts ASGI applications where Django's types expect views."""
    return application


websocket_urlpatterns = [
    re_path(r"^live/reports/(?P<code>[0-9a-z]{20})/$", _as_view(consumers.ReportListener.as_asgi())),
    path("live/map/", _as_view(consumers.MapListener.as_asgi())),
    path("live/organisations/<slug:code>/", _as_view(consumers.QueueListener.as_asgi())),
]

stream_urlpatterns = [
    re_path(
        r"^api/v1/reports/(?P<code>[0-9a-z]{20})/stream/$", _as_view(Stream.as_asgi(view=ReportStreamView))
    ),
    path("api/v1/reports/map/stream/", _as_view(Stream.as_asgi(view=MapStreamView))),
]
