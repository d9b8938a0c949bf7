"""What a keeper does with an organisation's endpoints and with what they are owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import outside, vault
from accounts.codes import new_code
from accounts.errors import StaleVersion
from accounts.models import Organisation
from webhooks import payloads, signing
from webhooks.errors import EndpointDisabled, EndpointUrlRefused, StillOpen, TooManyEndpoints
from webhooks.models import Delivery, Endpoint

MOST_ENDPOINTS = 20
OVERLAP = timedelta(hours=24)
# A delivery that ended in one of these states was never accepted.
LOST = (Delivery.State.DEAD, Delivery.State.SKIPPED)


@dataclass(frozen=True)
class Issued:
    """An endpoint with its new secret, which is shown this once."""

    endpoint: Endpoint
    secret: str


def register_endpoint(
    organisation: Organisation, *, url: str, description: str = "", event_types: Sequence[str] = ()
) -> Issued:
    """Begin telling ``organisation`` at ``url`` what concerns it.

    Raises EndpointUrlRefused or TooManyEndpoints.
    """
    check_url(url)
    secret = signing.new_secret()
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        if Endpoint.objects.living().filter(organisation=organisation).count() >= MOST_ENDPOINTS:
            raise TooManyEndpoints(
                _("An organisation keeps %(most)s endpoints at most.") % {"most": MOST_ENDPOINTS}
            )
        endpoint = Endpoint.objects.create(
            organisation=organisation,
            url=url,
            description=description,
            event_types=list(event_types),
            secret=vault.seal(secret),
        )
    return Issued(endpoint, secret)


def check_url(url: str) -> None:
    """Raises EndpointUrlRefused naming what is wrong with the URL. Asks the resolver, so not under a lock."""
    try:
        outside.check_url(url)
    except outside.OutsideError as error:
        raise EndpointUrlRefused(error.name, str(error)) from error


@transaction.atomic
def change_endpoint(
    endpoint: Endpoint,
    *,
    url: str | None = None,
    description: str | None = None,
    event_types: Sequence[str] | None = None,
) -> Endpoint:
    """Change what is given. The caller checked a new URL with ``check_url``. Raises StaleVersion."""
    endpoint = _lock(endpoint)
    endpoint.url = endpoint.url if url is None else url
    endpoint.description = endpoint.description if description is None else description
    endpoint.event_types = endpoint.event_types if event_types is None else list(event_types)
    return _save(endpoint, "url", "description", "event_types")


@transaction.atomic
def rotate_secret(endpoint: Endpoint) -> Issued:
    """Give the endpoint a new secret; for 24 hours every message is signed with the old one too."""
    endpoint = _lock(endpoint)
    secret = signing.new_secret()
    endpoint.previous_secret, endpoint.previous_until = endpoint.secret, timezone.now() + OVERLAP
    endpoint.secret = vault.seal(secret)
    _save(endpoint, "secret", "previous_secret", "previous_until")
    return Issued(endpoint, secret)


@transaction.atomic
def enable(endpoint: Endpoint) -> Endpoint:
    """Send again from now on; what was missed meanwhile is asked for with ``recover``."""
    endpoint = _lock(endpoint)
    endpoint.is_enabled, endpoint.disabled_reason, endpoint.disabled_at = True, "", None
    endpoint.failing_since = endpoint.not_before = None
    return _save(endpoint, "is_enabled", "disabled_reason", "disabled_at", "failing_since", "not_before")


@transaction.atomic
def disable(
    endpoint: Endpoint, *, reason: Endpoint.DisabledReason = Endpoint.DisabledReason.BY_OWNER
) -> Endpoint:
    """Send nothing more; what is owed from now on is only written down."""
    return switch_off(_lock(endpoint), reason)


def switch_off(endpoint: Endpoint, reason: Endpoint.DisabledReason) -> Endpoint:
    """Disable an endpoint whose row the caller holds; what waits for it is skipped."""
    if not endpoint.is_enabled:
        return endpoint
    now = timezone.now()
    endpoint.is_enabled, endpoint.disabled_reason, endpoint.disabled_at = False, reason, now
    pending = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.PENDING)
    pending.update(state=Delivery.State.SKIPPED, ended_at=now)
    return _save(endpoint, "is_enabled", "disabled_reason", "disabled_at")


@transaction.atomic
def delete_endpoint(endpoint: Endpoint) -> None:
    """Forget the URL and the secrets and send nothing more; the log of what was sent stays."""
    endpoint = disable(endpoint, reason=Endpoint.DisabledReason.DELETED)
    endpoint.url = endpoint.secret = endpoint.previous_secret = ""
    endpoint.previous_until, endpoint.deleted_at = None, timezone.now()
    _save(endpoint, "url", "secret", "previous_secret", "previous_until", "deleted_at")


def send_example(endpoint: Endpoint) -> Delivery:
    """Owe the endpoint a test message, signed and tried like every other. Raises EndpointDisabled."""
    if not endpoint.is_enabled:
        raise EndpointDisabled(_("This endpoint is off; enable it first."))
    code, now = new_code(), timezone.now()
    return Delivery.objects.create(
        code=code,
        endpoint=endpoint,
        type=payloads.TEST_TYPE,
        stream=code,
        payload=payloads.of_test(endpoint.code, now),
        created_at=now,
        due_at=now,
    )


@transaction.atomic
def resend(delivery: Delivery) -> Delivery:
    """Send once more what was delivered, given up or skipped, under the same ``webhook-id``.

    Raises EndpointDisabled, or StillOpen when a try is coming anyway.
    """
    endpoint = Endpoint.objects.select_for_update().get(pk=delivery.endpoint_id)
    if not endpoint.is_enabled:
        raise EndpointDisabled(_("This endpoint is off; enable it first."))
    ended = Delivery.objects.filter(pk=delivery.pk, ended_at__isnull=False)
    if not ended.update(**_afresh()):
        raise StillOpen(_("This delivery will be tried anyway."))
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def recover(endpoint: Endpoint, *, since: datetime, until: datetime) -> int:
    """Send again what was owed in ``[since, until)`` and never accepted; returns how many.

    Raises EndpointDisabled.
    """
    endpoint = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    if not endpoint.is_enabled:
        raise EndpointDisabled(_("This endpoint is off; enable it first."))
    owed = Delivery.objects.filter(endpoint=endpoint, created_at__gte=since, created_at__lt=until)
    return owed.filter(state__in=LOST).update(**_afresh())


def secrets_of(endpoint: Endpoint, now: datetime) -> list[str]:
    """The secrets that sign now: the current one and, during the overlap, the one before.

    Raises SecretLost.
    """
    sealed = [endpoint.secret]
    if endpoint.previous_until and endpoint.previous_until > now:
        sealed.append(endpoint.previous_secret)
    return [vault.unseal(one) for one in sealed]


def _afresh() -> dict[str, object]:
    now = timezone.now()
    return {"state": Delivery.State.PENDING, "due_at": now, "ended_at": None, "failures_count": 0}


def _lock(endpoint: Endpoint) -> Endpoint:
    """The row as it is now; of two people changing it at once the second is told. Raises StaleVersion."""
    rows = Endpoint.objects.select_for_update(of=("self",)).select_related("organisation")
    now = rows.get(pk=endpoint.pk)
    if now.version != endpoint.version:
        raise StaleVersion(_("Somebody changed this endpoint since you read it; read it again."))
    return now


def _save(endpoint: Endpoint, *fields: str) -> Endpoint:
    endpoint.version += 1
    endpoint.updated_at = timezone.now()
    endpoint.save(update_fields=[*fields, "version", "updated_at"])
    return endpoint
