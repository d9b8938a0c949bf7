"""Sending, woken by the relay's commit and by a sweep every second."""

from celery import shared_task

from webhooks import dispatch

# While events come, the run that sends stays awake: waking it costs less than starting it.
LINGER_S = 1.0


@shared_task(ignore_result=True, expires=30)
def deliver_due() -> None:
    """Send every delivery whose moment has come: new ones, retries, and those whose worker died."""
    dispatch.deliver_due(again=deliver_due.delay, linger_s=LINGER_S)
