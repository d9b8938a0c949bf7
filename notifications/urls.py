"""Where inboxes are reached below ``/api/v1/``."""

from django.urls import path

from notifications import views

urlpatterns = [
    path("me/inbox/", views.InboxView.as_view(), name="inbox"),
    path("me/inbox/read/", views.ReadView.as_view(), name="inbox-read"),
]
