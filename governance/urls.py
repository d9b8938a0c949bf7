"""Where proofs are reached below ``/api/v1/``."""

from django.urls import path

from governance import views

urlpatterns = [
    path("seals/", views.SealsView.as_view(), name="seals"),
    path("reports/<slug:code>/proof/", views.ProofView.as_view(), name="report-proof"),
]
