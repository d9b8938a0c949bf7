"""The one page for people: stopping mail."""

from django.urls import path

from notifications.views.stopping import stop_mail

urlpatterns = [path("stop-mail/<str:token>/", stop_mail, name="stop-mail")]
