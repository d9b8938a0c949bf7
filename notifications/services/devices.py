"""Devices that take short messages: registered, confirmed, tried and removed."""

import hashlib
import json
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import outside, vault
from accounts.codes import hash_secret, same_secret
from accounts.models import Producer
from notifications.errors import EndpointRefused, NotConfirmed, TooManyDevices
from notifications.models import Copy, Device
from notifications.models.channels import MOST_DEVICES

MOST_TRIES = 5
PROOF_LASTS = timedelta(minutes=15)


def register(producer: Producer, *, transport: str, address: str, name: str = "", **keys: str) -> Device:
    """Register a device, or take over one that somebody else registered before on the same telephone.

    A telephone number is written to only after its owner has read a code there. Raises EndpointRefused for a
    web push endpoint to which nothing may be posted, TooManyDevices.
    """
    if transport == Device.Transport.WEBPUSH:
        _check_endpoint(address)
    with transaction.atomic():
        Producer.objects.select_for_update().get(pk=producer.pk)
        digest = hashlib.sha256(f"{transport}:{address}".encode()).hexdigest()
        others = Device.objects.filter(producer=producer).exclude(address_hash=digest)
        if others.count() >= MOST_DEVICES:
            raise TooManyDevices(_("There are enough devices; remove one first."))
        device, _is_new = Device.objects.update_or_create(
            address_hash=digest,
            defaults={
                "producer": producer,
                "transport": transport,
                "name": name,
                "sealed": vault.seal(json.dumps({"address": address, **keys})),
                "confirmed_at": None if transport == Device.Transport.SMS else timezone.now(),
                "created_at": timezone.now(),
                "proof_hash": "",
                "proof_tries": 0,
            },
        )
        if device.transport == Device.Transport.SMS:
            _owe(device)
    return device


def send_test(device: Device) -> Copy:
    """Owe a test message; how it went stands in the log of copies. Raises NotConfirmed."""
    if device.confirmed_at is None:
        raise NotConfirmed(_("Confirm the number first."))
    return _owe(device)


@transaction.atomic
def confirm(device: Device, proof: str) -> Device:
    """The owner of a number says what was read there; ``confirmed_at`` says whether that was right.

    A wrong code is no exception: the try has to be counted whatever becomes of the request.
    """
    device = Device.objects.select_for_update().get(pk=device.pk)
    if device.confirmed_at is not None:
        return device
    device.proof_tries += 1
    is_open = bool(device.proof_hash) and device.proof_tries <= MOST_TRIES
    is_fresh = timezone.now() - device.created_at < PROOF_LASTS
    if is_open and is_fresh and same_secret(_salted(device, proof), device.proof_hash):
        device.confirmed_at, device.proof_hash = timezone.now(), ""
    device.save(update_fields=["confirmed_at", "proof_hash", "proof_tries"])
    return device


def new_proof(device: Device) -> str:
    """Six digits for a number, of which only a hash is kept: made when the message goes out."""
    proof = f"{secrets.randbelow(10**6):06}"
    hashed = hash_secret(_salted(device, proof))
    Device.objects.filter(pk=device.pk).update(proof_hash=hashed)
    return proof


def _salted(device: Device, proof: str) -> str:
    return f"{device.code}:{proof}"


def _owe(device: Device) -> Copy:
    fields: dict[str, Any] = {"channel": device.channel, "address": device.code, "device": device}
    return Copy.objects.create(producer_id=device.producer_id, **fields)


def _check_endpoint(url: str) -> None:
    try:
        outside.check_url(url)
    except outside.OutsideError as error:
        raise EndpointRefused(error.name, str(error)) from None
