"""Where the desk is reached below ``/api/v1/``."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from moderation.photo_views import BoxesView, OriginalView
from moderation.place_views import PlaceView
from moderation.views import DeskViewSet, PublishPhotoView, ScreeningView, TriageView

router = SimpleRouter()
router.register("desk/reports", DeskViewSet, basename="desk-report")

urlpatterns = [
    path("desk/triage/", TriageView.as_view(), name="desk-triage"),
    path("desk/screening/", ScreeningView.as_view(), name="desk-screening"),
    path("", include(router.urls)),
    re_path(r"^desk/reports/(?P<code>[0-9a-z]{20})/place/$", PlaceView.as_view(), name="desk-place"),
    re_path(r"^desk/photos/(?P<code>[0-9a-z]{20})/publish/$", PublishPhotoView.as_view(), name="desk-photo"),
    re_path(r"^desk/photos/(?P<code>[0-9a-z]{20})/boxes/$", BoxesView.as_view(), name="desk-boxes"),
    re_path(r"^desk/photos/(?P<code>[0-9a-z]{20})/original/$", OriginalView.as_view(), name="desk-original"),
]
