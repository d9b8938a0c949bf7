"""Where proofs, uses and copies of data are reached below ``/api/v1/``."""

from django.urls import path, re_path

from governance import own_views, views

CODE = "(?P<code>[0-9a-z]{20})"

urlpatterns = [
    path("seals/", views.SealsView.as_view(), name="seals"),
    path("reports/<slug:code>/proof/", views.ProofView.as_view(), name="report-proof"),
    path("me/data-uses/", own_views.DataUsesView.as_view(), name="data-uses"),
    path("me/exports/", own_views.ExportsView.as_view(), name="exports"),
    re_path(rf"^me/exports/{CODE}/$", own_views.ExportView.as_view(), name="export"),
    re_path(rf"^me/exports/{CODE}/file/$", own_views.ExportFileView.as_view(), name="export-file"),
    re_path(rf"^reports/{CODE}/data-uses/$", own_views.ReportDataUsesView.as_view(), name="report-data-uses"),
    re_path(rf"^reports/{CODE}/export/$", own_views.ReportExportView.as_view(), name="report-export"),
]
