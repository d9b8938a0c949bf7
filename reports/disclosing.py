"""Saying that an organisation got data of a report. Who keeps account of it stands on a floor above."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Disclosure:
    """An organisation got these fields of a report, ``way`` says how: ``webhook`` or ``ticket``."""

    report_id: int
    organisation_id: int
    way: str
    fields: tuple[str, ...]


def disclosed(disclosures: Sequence[Disclosure]) -> None:
    """Tell ``settings.ON_DISCLOSED``, in the caller's transaction."""
    if disclosures:
        keep_account: Callable[[Sequence[Disclosure]], object] = import_string(settings.ON_DISCLOSED)
        keep_account(disclosures)
