"""Web push: encrypted for the browser (RFC 8291), signed with our key (RFC 8292), posted past the guard.

The endpoint is an address that a stranger gave us, so it goes through ``accounts.outside`` like a webhook.
"""

import hashlib
import json
from base64 import urlsafe_b64encode

from webpush import WebPush
from webpush.types import WebPushKeys, WebPushSubscription

from accounts import outside
from notifications import vapid
from notifications.senders import AddressGone, Message, NotAccepted, NotSent, Target

# How long a push service keeps a message for a browser that is off.
TTL_S = 24 * 3600
GONE = (404, 410)
TOO_LARGE = (400, 413)


def send(message: Message, target: Target) -> None:
    """Post one encrypted message; of two tries that wait at the push service the later takes the place."""
    body = encrypt(message, target)
    headers = {
        "Authorization": vapid.authorization(target.address),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(TTL_S),
        "Topic": topic_of(message.code),
        "Urgency": "normal",
    }
    try:
        answer = outside.post(target.address, headers=headers, body=body)
    except (outside.UrlRefused, outside.AddressRefused) as error:
        raise NotAccepted(error.name) from None
    except outside.OutsideError as error:
        raise NotSent(error.name) from None
    _judge(answer)


def encrypt(message: Message, target: Target) -> bytes:
    """The message as only this browser reads it. Raises NotAccepted for keys that are none."""
    private, public = vapid.pems()
    try:
        subscription = WebPushSubscription(
            endpoint=target.address, keys=WebPushKeys(p256dh=target.keys["p256dh"], auth=target.keys["auth"])
        )
        # The package signs too, but for an origin without its port: only what it encrypts is used.
        pusher = WebPush(private_key=private, public_key=public, subscriber="unused@example.org")
        return bytes(pusher.get(json.dumps(message.data).encode(), subscription).encrypted)
    except (ValueError, KeyError):
        raise NotAccepted("bad keys") from None


def topic_of(code: str) -> str:
    """32 characters of base64url, as RFC 8030 allows, that are the same for every try."""
    return urlsafe_b64encode(hashlib.sha256(code.encode()).digest()).decode()[:32]


def _judge(answer: outside.Answer) -> None:
    if 200 <= answer.status < 300:
        return
    reason = f"http {answer.status}"
    if answer.status in GONE:
        raise AddressGone(reason)
    if answer.status in TOO_LARGE:
        raise NotAccepted(reason)
    wait = int(answer.retry_after) if answer.retry_after.isdecimal() else 0
    raise NotSent(reason, retry_after_s=min(wait, 24 * 3600))
