"""Wrong settings stop the start and say the cure."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

Apps = Sequence[AppConfig] | None

LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]"}


@register()
def event_handlers_exist(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """A handler that cannot be imported would park every event; of the others, break erasing and copies."""
    named = [
        *(("EVENT_HANDLERS", path) for path in settings.EVENT_HANDLERS),
        *(("EXPORTERS", path) for path in settings.EXPORTERS),
        *(("LEAVING_HANDLERS", path) for path in settings.LEAVING_HANDLERS),
        ("ON_DISCLOSED", settings.ON_DISCLOSED),
    ]
    faults: list[CheckMessage] = []
    for setting, path in named:
        try:
            import_string(path)
        except ImportError as error:
            hint = f"Correct the dotted path in {setting} of config/settings.py."
            faults.append(Error(f"{path} cannot be imported: {error}", hint=hint, id="commonway.E001"))
    return faults


@register()
def storage_is_installed(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    backend = settings.STORAGES["default"]["BACKEND"]
    if not backend.startswith("storages.") or importlib.util.find_spec("storages"):
        return []
    hint = "Install the extra: make setup EXTRAS=s3. Or unset MEDIA_STORAGE_URL to keep photos in VAR_DIR."
    return [
        Error(
            "MEDIA_STORAGE_URL names S3, but django-storages is not installed.",
            hint=hint,
            id="commonway.E002",
        )
    ]


@register()
def a_public_service_is_not_in_debug(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    if not settings.DEBUG or set(settings.ALLOWED_HOSTS) <= LOCAL_HOSTS | {"testserver"}:
        return []
    hint = "Unset DEBUG: it shows settings and data to whoever causes an error."
    return [Error("DEBUG is on for a service that answers to public names.", hint=hint, id="commonway.E003")]


@register()
def many_processes_share_a_broker(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """With a broker outside but no Redis, cache and live channels would differ in every process."""
    if settings.REDIS_URL or settings.CELERY_BROKER_URL == "memory://":
        return []
    hint = "Set REDIS_URL too: rate limits, idempotency and live updates need one memory for all processes."
    return [Error("CELERY_BROKER_URL is set without REDIS_URL.", hint=hint, id="commonway.E004")]


@register()
def the_font_of_paper_is_there(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """A receipt is printed while somebody waits: not the moment to miss a file."""
    path = settings.PAPER_FONT
    if not path or (Path(path).is_file() and path.lower().endswith((".ttf", ".ttc"))):
        return []
    hint = "Name a TrueType font (.ttf or .ttc) in PAPER_FONT, or unset it to use the font of whoever reads."
    return [Error(f"PAPER_FONT names no TrueType font: {path}", hint=hint, id="commonway.E005")]
