"""Where tickets are reached below ``/api/v1/``."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from tickets.views import TicketViewSet

router = SimpleRouter()
router.register("tickets", TicketViewSet, basename="ticket")

urlpatterns = [path("", include(router.urls))]
