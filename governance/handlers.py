"""What governance does about events: an erased report leaves every copy that was made of it."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from governance import services, tasks
from reports.models import Event


def forget_erased(events: Sequence[Event]) -> None:
    """End the copies that hold erased reports; their files go once the batch is committed."""
    codes = {event.report.code for event in events if event.kind == Event.Kind.ERASED}
    if codes and services.drop_exports_holding(codes) and settings.RELAY_NUDGES:
        transaction.on_commit(tasks.sweep_exports.delay)
