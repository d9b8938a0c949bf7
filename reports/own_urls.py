"""Where somebody finds what is theirs, and takes it back, below ``/api/v1/``."""

from django.urls import re_path

from reports.erasure_views import EraseView, TombstoneView

CODE = "(?P<code>[0-9a-z]{20})"

urlpatterns = [
    re_path(rf"^reports/{CODE}/erase/$", EraseView.as_view(), name="report-erase"),
    re_path(rf"^reports/{CODE}/tombstone/$", TombstoneView.as_view(), name="report-tombstone"),
]
