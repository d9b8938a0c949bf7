"""config as an app: its system checks and schema extensions register when it is ready."""

from django.apps import AppConfig


class CommonwayConfig(AppConfig):
    name = "config"
    verbose_name = "Commonway"

    def ready(self) -> None:
        from config import checks, openapi  # noqa: F401, PLC0415  # importing registers them, and needs the apps
