"""How reports come in besides one by one: in batches, for others, on trial; and what their receipts do."""

from django.urls import path, re_path

from reports.views.assisted import AssistedView
from reports.views.batch import BatchView
from reports.views.intake import CheckView, ClaimView, ReceiptView

CODE = r"(?P<code>[0-9a-z]{20})"

urlpatterns = [
    path("reports/batch/", BatchView.as_view(), name="report-batch"),
    path("reports/check/", CheckView.as_view(), name="report-check"),
    path("reports/assisted/", AssistedView.as_view(), name="report-assisted"),
    re_path(rf"^reports/{CODE}/receipt/$", ReceiptView.as_view(), name="report-receipt"),
    re_path(rf"^reports/{CODE}/claim/$", ClaimView.as_view(), name="report-claim"),
]
