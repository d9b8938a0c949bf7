"""Mail, by Django's backend: ``EMAIL_URL`` says which."""

import smtplib
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from notifications.senders import AddressGone, Message, NotAccepted, NotSent, Target

# What a mail server says when there is no such mailbox, now and for ever (RFC 5321, RFC 3463).
NO_MAILBOX = frozenset({550, 551, 553})


def send(message: Message, target: Target) -> None:
    """Send one mail. Its Message-ID is the same for every try, so that mailboxes drop a second one."""
    mail = EmailMultiAlternatives(
        message.subject, message.text, to=[target.address], headers=headers_of(message)
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _words in refused.recipients.values()]
        _raise(max(codes, default=450), AddressGone if set(codes) <= NO_MAILBOX else NotAccepted)
    except smtplib.SMTPResponseException as answer:
        _raise(
            answer.smtp_code, NotSent if isinstance(answer, smtplib.SMTPAuthenticationError) else NotAccepted
        )
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(type(error).__name__) from None


def headers_of(message: Message) -> dict[str, str]:
    """The headers that make it a letter a machine wrote, and that one click stops (RFC 3834, 2369, 8058)."""
    host = (
        urlsplit(settings.PUBLIC_URL).hostname or parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2]
    )
    headers = {"Message-ID": f"<{message.code}@{host}>", "Auto-Submitted": "auto-generated"}
    if message.language:
        headers["Content-Language"] = message.language
    if message.stop_url:
        headers["List-Unsubscribe"] = f"<{message.stop_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _raise(code: int, permanent: type[NotSent]) -> None:
    """A 5xx is for good, everything else may pass."""
    raise (permanent if code >= 500 else NotSent)(f"smtp {code}")
