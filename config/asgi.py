"""HTTP and WebSocket in one ASGI application.

HTTP runs Django's synchronous stack on a pool of threads that live as long as the process, so that each
keeps its database connection; only WebSockets and streams, which stay open, are asynchronous (docs/adr/0001).
"""

import importlib.util
import os
import re
from importlib import import_module
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.bridge import Bridge
from config.edge import SameOrigin

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

LIVE = ("reports.live_urls", "tickets.live_urls")
STREAM = re.compile(r"/api/v1/reports/(map|[0-9a-z]{20})/stream/")

http = Bridge(
    get_wsgi_application(),
    threads=settings.HTTP_THREADS,
    max_body_bytes=settings.PHOTO_MAX_COUNT * settings.PHOTO_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
)


def live_urls(kind: str) -> list[Any]:
    """The live addresses of every app that has some; imported when Django's apps are ready."""
    found = [module for module in LIVE if importlib.util.find_spec(module)]
    return [pattern for module in found for pattern in getattr(import_module(module), kind, [])]


class Doors:
    """HTTP: what stays open is served on the loop, everything else by Django on its threads."""

    def __init__(self, streams: Any, others: Any) -> None:
        self._streams, self._others = streams, others

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        is_stream = scope["method"] == "GET" and STREAM.fullmatch(scope["path"])
        await (self._streams if is_stream else self._others)(scope, receive, send)


application = ProtocolTypeRouter(
    {
        "http": Doors(AuthMiddlewareStack(URLRouter(live_urls("stream_urlpatterns"))), http),
        "websocket": SameOrigin(
            AuthMiddlewareStack(URLRouter(live_urls("websocket_urlpatterns"))), settings.ALLOWED_HOSTS
        ),
    }
)
