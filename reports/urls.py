"""Where reports are reached below ``/api/v1/``."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from reports.live_views import PassView
from reports.photo_views import PhotoView
from reports.stream_views import MapStreamView, ReportStreamView
from reports.upload_views import UploadsView, UploadView
from reports.views import FeedView, ReportViewSet

router = SimpleRouter()
router.register("reports", ReportViewSet, basename="report")

urlpatterns = [
    path("", include("reports.intake_urls")),
    path("reports/map/stream/", MapStreamView.as_view(), name="map-stream"),
    re_path(r"^reports/(?P<code>[0-9a-z]{20})/stream/$", ReportStreamView.as_view(), name="report-stream"),
    path("", include(router.urls)),
    path("", include("reports.own_urls")),
    re_path(
        r"^photos/(?P<code>[0-9a-z]{20})/(?P<size>[a-z]+)\.(?P<ending>[a-z]+)$",
        PhotoView.as_view(),
        name="photo",
    ),
    path("uploads/", UploadsView.as_view(), name="uploads"),
    re_path(r"^uploads/(?P<address>[A-Za-z0-9_-]{43})/$", UploadView.as_view(), name="upload"),
    path("events/", FeedView.as_view(), name="events"),
    path("live/passes/", PassView.as_view(), name="live-pass"),
]
