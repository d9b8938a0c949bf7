"""Telling the many, planning copies and sending them. Every task may run twice; sweeps find what was lost."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from notifications import dispatch
from notifications.services import copying, surveys, telling
from reports.rounds import Rounds

MOST_ROUNDS = 1000


def _spread() -> int:
    """Tell the rest of large events, plan copies, and build the digests that are due."""
    done = 0
    for step in (telling.spread, lambda: copying.plan_copies(timezone.now()), _digests):
        for _round in range(MOST_ROUNDS):
            count = step()
            done += count
            if not count:
                break
    return done


def _digests() -> int:
    return copying.build_digests(timezone.now())


_spreading = Rounds(_spread)
_sending = Rounds(dispatch.send_due)


@shared_task(expires=30)
def spread_news() -> int:
    """Fill the inboxes of the many, and owe copies."""
    done = _spreading.run()
    if done and settings.RELAY_NUDGES:
        send_copies.delay()
    return done


@shared_task(expires=30)
def send_copies() -> int:
    """Send the copies whose moment has come."""
    return _sending.run()


@shared_task
def ask_whether_solved() -> int:
    """Ask the producers of reports that were resolved some days ago."""
    return surveys.ask(timezone.now())


@shared_task
def forget_old_news() -> int:
    """Delete what is older than inboxes are kept."""
    return telling.forget_old(before=timezone.now() - timedelta(days=settings.INBOX_KEPT_DAYS))
