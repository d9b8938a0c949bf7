"""What people follow, what they were told, and the copies of it that leave the house."""

from notifications.models.channels import Cadence, Channel, Device, Topic, Wishes
from notifications.models.copies import Copy, CopyQuerySet, Digest, DigestLine
from notifications.models.following import Fanout, Subscription, SubscriptionQuerySet, WatchKey
from notifications.models.inbox import InboxItem, InboxQuerySet

__all__ = [
    "Cadence",
    "Channel",
    "Copy",
    "CopyQuerySet",
    "Device",
    "Digest",
    "DigestLine",
    "Fanout",
    "InboxItem",
    "InboxQuerySet",
    "Subscription",
    "SubscriptionQuerySet",
    "Topic",
    "WatchKey",
    "Wishes",
]
