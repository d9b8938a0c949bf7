"""What governance does later."""

from celery import shared_task

from governance import services


@shared_task
def seal_events() -> int:
    """Seal what is not sealed yet; returns how many seals were made."""
    return len(services.seal_events())


@shared_task
def build_export(code: str) -> None:
    """Gather a copy of somebody's data."""
    services.build_export(code)


@shared_task
def sweep_exports() -> int:
    """Delete copies that are over, and gather those whose task was lost; returns how many."""
    codes = services.sweep_exports()
    for code in codes:
        services.build_export(code)
    return len(codes)
