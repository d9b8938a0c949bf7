"""Work that is later or slow. Every task can run twice, and a sweep finds what a lost wake-up left."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts.idempotency import KEPT
from accounts.models import StoredAnswer
from reports import live, measuring, services
from reports.models import Photo
from reports.relay import relay_events
from reports.rounds import Rounds

SWEEP_AGE = timedelta(seconds=20)
SWEEP_PHOTOS = 20

_relaying = Rounds(relay_events)
_announcing = Rounds(live.announce_all)


@shared_task
def relay() -> int:
    """Relay what is waiting."""
    return _relaying.run()


@shared_task
def announce() -> int:
    """Tell listeners what they have not heard."""
    return _announcing.run()


@shared_task
def draw_photo(code: str) -> None:
    """Make a quarantined photo showable."""
    photo = Photo.objects.select_related("report").filter(code=code, state=Photo.State.QUARANTINED).first()
    if photo is not None:
        services.finish_photo(photo)


@shared_task
def sweep_photos() -> int:
    """Draw photos whose task was lost."""
    waiting = Photo.objects.filter(state=Photo.State.QUARANTINED, created_at__lt=timezone.now() - SWEEP_AGE)
    codes = list(waiting.order_by("pk").values_list("code", flat=True)[:SWEEP_PHOTOS])
    for code in codes:
        draw_photo(code)
    return len(codes)


@shared_task
def forget_answers() -> int:
    """Delete stored answers past their day."""
    deleted, _ = StoredAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return deleted


@shared_task
def purge_sandbox() -> int:
    """Erase what was sent to try things out and is old."""
    return services.purge_sandbox()


@shared_task
def measure_times() -> int:
    """Measure anew how long reports take."""
    return measuring.measure_times()
