"""Work that is later or slow. Every task can run twice, and a sweep finds what a lost wake-up left."""

from celery import shared_task
from django.utils import timezone

from accounts.idempotency import KEPT
from accounts.models import StoredAnswer
from reports import live, measuring, services, write_ahead
from reports.relay import relay_events
from reports.rounds import Rounds

_relaying = Rounds(relay_events)
_announcing = Rounds(live.announce_all)
_drawing = Rounds(services.develop_waiting)


@shared_task
def relay() -> int:
    """Relay what is waiting."""
    return _relaying.run()


@shared_task
def announce() -> int:
    """Tell listeners what they have not heard."""
    return _announcing.run()


@shared_task
def draw_photos() -> int:
    """Make quarantined photos showable, and draw anew those whose boxes changed."""
    return _drawing.run()


@shared_task
def forget_photos() -> int:
    """Delete uploads that ran out, originals past their time, and what was left of erased photos."""
    return services.forget_uploads() + services.forget_originals() + services.purge_erased()


@shared_task
def cut_log() -> bool:
    """Cut SQLite's write-ahead log, in which erased words would stand on."""
    return write_ahead.cut()


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
