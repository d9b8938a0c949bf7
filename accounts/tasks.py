"""What accounts do later."""

from celery import shared_task

from accounts import services


@shared_task
def forget_sessions() -> int:
    """Delete sessions that have run out; returns of how many devices nothing is known any more."""
    return services.forget_sessions()
