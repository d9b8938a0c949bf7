"""Sending what is due: this thread reads and writes the database, others wait for the network.

Each answer is written down the moment it comes, so that the time in which a killed process could send a
second copy is that of one UPDATE.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from functools import cache

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from notifications.senders import NotSent, Sender
from notifications.services import sending
from notifications.services.sending import Errand

logger = logging.getLogger(__name__)

SLOTS = 8
MOST = 400


def send_due() -> int:
    """Send what is due, at most ``MOST`` copies in one go; returns how many were looked at."""
    tried = 0
    with ThreadPoolExecutor(max_workers=SLOTS, thread_name_prefix="copies") as threads:
        while tried < MOST:
            taken, errands = sending.claim(timezone.now(), SLOTS)
            if not taken:
                break
            futures = {threads.submit(_send, errand): errand for errand in errands}
            for future in as_completed(futures):
                _record(futures[future], future)
            tried += taken
    return tried


def _send(errand: Errand) -> None:
    _sender(settings.NOTIFICATION_SENDERS[errand.target.transport])(errand.message, errand.target)


def _record(errand: Errand, future: "Future[None]") -> None:
    try:
        future.result()
    except NotSent as failure:
        sending.record_failure(errand, failure)
    except Exception as error:
        logger.exception("Copy %s broke its sender.", errand.copy.code)
        sending.record_failure(errand, NotSent(f"broken: {type(error).__name__}"))
    else:
        sending.record_sent(errand)


@cache
def _sender(path: str) -> Sender:
    sender: Sender = import_string(path)
    return sender
