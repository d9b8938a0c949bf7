"""Where reports are reached below ``/api/v1/``."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from reports.views.passes import PassView
from reports.views.photos import PhotoView
from reports.views.reports import FeedView, ReportViewSet
from reports.views.streams import MapStreamView, ReportStreamView
from reports.views.uploads import UploadsView, UploadView

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
