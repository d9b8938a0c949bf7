"""Push services of vendors and text messages, through the city's gateway: one JSON document by POST.

``{"to", "title", "text", "data", "language"}`` with ``Authorization: Bearer …``, where there is a token, and
the message's code as ``Idempotency-Key``. 2xx is taken; 404 and 410 mean that nobody is at this address any
more.
"""

import json

from django.conf import settings

from accounts import outside
from notifications.senders import AddressGone, Message, NotAccepted, NotSent, Target

GONE = (404, 410)
PASSING = (408, 425, 429)


def send_push(message: Message, target: Target) -> None:
    """To ``VENDOR_PUSH_URL``."""
    _post(settings.VENDOR_PUSH_URL, settings.VENDOR_PUSH_TOKEN, message, target)


def send_sms(message: Message, target: Target) -> None:
    """To ``SMS_URL``."""
    _post(settings.SMS_URL, settings.SMS_TOKEN, message, target)


def _post(url: str, token: str, message: Message, target: Target) -> None:
    body = {
        "to": target.address,
        "title": message.subject,
        "text": message.text,
        "data": dict(message.data),
        "language": message.language,
    }
    headers = {"Content-Type": "application/json", "Idempotency-Key": f'"{message.code}"'}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        answer = outside.post(url, headers=headers, body=json.dumps(body).encode())
    except outside.OutsideError as error:
        raise NotSent(error.name) from None
    if 200 <= answer.status < 300:
        return
    reason = f"http {answer.status}"
    if answer.status in GONE:
        raise AddressGone(reason)
    raise (NotAccepted if 400 <= answer.status < 500 and answer.status not in PASSING else NotSent)(reason)
