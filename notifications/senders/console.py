"""The sender of a laptop: says in the log that something would go out, and to nobody's address."""

import logging

from notifications.senders import Message, Target

logger = logging.getLogger(__name__)


def send(message: Message, target: Target) -> None:
    """Write one line; neither the words nor the address stand in it."""
    logger.info("By %s: message %s would go out.", target.transport, message.code)
