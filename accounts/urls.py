"""Where accounts are reached below ``/api/v1/``."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("me/", views.MeView.as_view(), name="me"),
    path("organisations/", views.OrganisationsView.as_view(), name="organisations"),
    path("tokens/", views.TokensView.as_view(), name="tokens"),
    path("tokens/<str:token_key>/", views.TokenView.as_view(), name="token"),
]
