"""HTTP and WebSocket in one ASGI application.

HTTP runs Django's synchronous stack on a pool of threads that live as long as the process, so that each
keeps its database connection; only WebSockets are asynchronous (docs/adr/0001).
"""

import importlib.util
import os
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from config.bridge import Bridge
from config.edge import SameOrigin

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

LIVE = ("reports.live_urls", "tickets.live_urls")

http = Bridge(
    get_wsgi_application(),
    threads=settings.HTTP_THREADS,
    max_body_bytes=settings.PHOTO_MAX_COUNT * settings.PHOTO_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
)


def live_urls() -> list[Any]:
    """The WebSocket addresses of every app that has some; imported when Django's apps are ready."""
    found = [module for module in LIVE if importlib.util.find_spec(module)]
    return [pattern for module in found for pattern in import_string(f"{module}.websocket_urlpatterns")]


application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": SameOrigin(AuthMiddlewareStack(URLRouter(live_urls())), settings.ALLOWED_HOSTS),
    }
)
