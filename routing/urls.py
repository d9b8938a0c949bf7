"""Where the configuration is read below ``/api/v1/``."""

from django.urls import path

from routing.views import AreasView, CategoriesView, PreviewView

urlpatterns = [
    path("categories/", CategoriesView.as_view(), name="categories"),
    path("areas/", AreasView.as_view(), name="areas"),
    path("routing/preview/", PreviewView.as_view(), name="routing-preview"),
]
