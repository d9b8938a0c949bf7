"""Where somebody finds what is theirs, and takes it back, below ``/api/v1/``."""

from django.urls import path, re_path

from reports.views.consents import ConsentsView, ConsentView
from reports.views.erasure import EraseView, TombstoneView
from reports.views.own import OwnCommentsView, OwnReportsView, OwnSupportsView

CODE = "(?P<code>[0-9a-z]{20})"

urlpatterns = [
    path("me/consents/", ConsentsView.as_view(), name="consents"),
    path("me/consents/<slug:purpose>/", ConsentView.as_view(), name="consent"),
    path("me/reports/", OwnReportsView.as_view(), name="own-reports"),
    path("me/comments/", OwnCommentsView.as_view(), name="own-comments"),
    path("me/supports/", OwnSupportsView.as_view(), name="own-supports"),
    re_path(rf"^reports/{CODE}/erase/$", EraseView.as_view(), name="report-erase"),
    re_path(rf"^reports/{CODE}/tombstone/$", TombstoneView.as_view(), name="report-tombstone"),
]
