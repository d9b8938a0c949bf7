"""Where figures are reached below ``/api/v1/``."""

from django.urls import path

from analytics import views

urlpatterns = [
    path("indicators/", views.IndicatorsView.as_view(), name="indicators"),
    path("indicators/open-by-organisation/", views.OpenView.as_view(), name="open-by-organisation"),
    path("indicators/hours-to-resolve/", views.HoursView.as_view(), name="hours-to-resolve"),
    path("indicators/reports-per-cell/", views.CellsView.as_view(), name="reports-per-cell"),
]
