"""What becomes of somebody's inbox and wishes when they delete their account."""

from accounts.leaving import Leaving
from notifications.models import Copy, Device, Digest, InboxItem, Subscription, Wishes


def let_go(leaving: Leaving) -> None:
    """Forget what they followed, were told and wished, and every device of theirs."""
    if leaving.producer is None:
        return
    everything = (Copy.objects, Digest.objects, InboxItem.objects, Subscription.objects, Wishes.objects)
    for rows in (*everything, Device.objects):
        rows.filter(producer=leaving.producer).delete()
