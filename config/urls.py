"""Every address of the service."""

import importlib.util

from django.contrib import admin
from django.urls import URLResolver, include, path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from config import asyncapi
from config.health import health

# Their urls.py, if they have one, says what stands under /api/v1/.
API = [
    "accounts",
    "routing",
    "reports",
    "tickets",
    "governance",
    "moderation",
    "webhooks",
    "notifications",
    "analytics",
]


def addresses_of(app: str, prefix: str) -> list[URLResolver]:
    has_some = importlib.util.find_spec(f"{app}.urls") is not None
    return [path(prefix, include(f"{app}.urls"))] if has_some else []


urlpatterns = [
    path("", TemplateView.as_view(template_name="home.html"), name="home"),
    path("health", health, name="health"),
    path("admin/", admin.site.urls),
    path("_allauth/", include("allauth.headless.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/asyncapi.json", asyncapi.serve, name="asyncapi"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    *[pattern for app in API for pattern in addresses_of(app, "api/v1/")],
    path("", include("notifications.page_urls")),
    *addresses_of("interop", ""),
]

handler400 = "config.problems.bad_request"
handler403 = "config.problems.permission_denied"
handler404 = "config.problems.not_found"
handler500 = "config.problems.server_error"
