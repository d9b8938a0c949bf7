"""What becomes of the copies of somebody's data when they delete their account."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.leaving import Leaving
from governance import tasks
from governance.models import Export


def let_go(leaving: Leaving) -> None:
    """End every copy; the files go after the commit."""
    if leaving.producer is None:
        return
    Export.objects.filter(producer=leaving.producer).update(expires_at=timezone.now())
    if settings.RELAY_NUDGES:
        transaction.on_commit(tasks.sweep_exports.delay)
