"""What stands under ``/api/v1/`` for webhooks."""

from django.urls import path

from webhooks import views

urlpatterns = [
    path("endpoints/", views.EndpointsView.as_view(), name="endpoints"),
    path("endpoints/<slug:code>/", views.EndpointView.as_view(), name="endpoint"),
    path("endpoints/<slug:code>/rotate/", views.RotateView.as_view(), name="endpoint-rotate"),
    path("endpoints/<slug:code>/test/", views.TestView.as_view(), name="endpoint-test"),
    path("endpoints/<slug:code>/deliveries/", views.DeliveriesView.as_view(), name="endpoint-deliveries"),
    path("endpoints/<slug:code>/recover/", views.RecoverView.as_view(), name="endpoint-recover"),
    path("deliveries/<slug:code>/resend/", views.ResendView.as_view(), name="delivery-resend"),
]
