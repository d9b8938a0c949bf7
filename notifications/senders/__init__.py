"""How copies leave the house: a sender for each transport, named in ``NOTIFICATION_SENDERS``.

A sender returns when the message was taken, and raises otherwise. It never touches the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class NotSent(Exception):
    """It was not taken now and may be later. The message says why, in a few words and without an address."""

    def __init__(self, reason: str, *, retry_after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class NotAccepted(NotSent):
    """This message will never be taken; others to the same address may be."""


class AddressGone(NotSent):
    """Nothing will ever be taken at this address."""


@dataclass(frozen=True)
class Message:
    """What is to be said. ``data`` is the thin payload for machines; no text of a report is in it.

    ``code`` is the same for every try, so that whoever takes it can tell a second one.
    """

    code: str
    subject: str
    text: str
    html: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    stop_url: str = ""
    language: str = ""


@dataclass(frozen=True)
class Target:
    """Where it goes: a mail address, a telephone number, a vendor's token or a web push endpoint."""

    transport: str
    address: str
    keys: Mapping[str, str] = field(default_factory=dict)


class Sender(Protocol):
    """Sends one message. Raises NotSent, NotAccepted or AddressGone."""

    def __call__(self, message: Message, target: Target) -> None: ...
