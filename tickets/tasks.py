"""Work that is later. Every task can run twice."""

from celery import shared_task

from tickets import services


@shared_task
def live_sandbox() -> int:
    """Let the test organisation take its next steps."""
    return services.live_sandbox()
