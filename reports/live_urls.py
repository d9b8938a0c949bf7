"""Where live updates are listened to, on WebSocket."""

from typing import Any

from django.urls import path, re_path

from reports import consumers


def _as_view(application: Any) -> Any:
    """Channels puts ASGI applications where Django's types expect views."""
    return application


websocket_urlpatterns = [
    re_path(r"^live/reports/(?P<code>[0-9a-z]{20})/$", _as_view(consumers.ReportListener.as_asgi())),
    path("live/map/", _as_view(consumers.MapListener.as_asgi())),
    path("live/organisations/<slug:code>/", _as_view(consumers.QueueListener.as_asgi())),
]
