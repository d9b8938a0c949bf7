"""Keeping account of who got which data."""

from collections.abc import Sequence
from datetime import timedelta

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from governance.models import DataUse
from reports.disclosing import Disclosure

REMEMBERED_S = int(timedelta(days=1).total_seconds())


def note_uses(disclosures: Sequence[Disclosure]) -> int:
    """Write down who got what, once a day for each report, organisation and way; returns how many were new.

    One statement, and none for what this process knows to be written down already.
    """
    now = timezone.now()
    names = {_name(use, f"{now:%Y%m%d}"): use for use in disclosures}
    known = cache.get_many(names)
    new = {name: use for name, use in names.items() if name not in known}
    if not new:
        return 0
    rows = [
        DataUse(
            report_id=use.report_id,
            organisation_id=use.organisation_id,
            way=use.way,
            fields=list(use.fields),
            on=now.date(),
            at=now,
        )
        for use in new.values()
    ]
    DataUse.objects.bulk_create(rows, ignore_conflicts=True)
    transaction.on_commit(lambda: cache.set_many(dict.fromkeys(new, 1), REMEMBERED_S))
    return len(rows)


def _name(use: Disclosure, day: str) -> str:
    return f"use:{day}:{use.way}:{use.organisation_id}:{use.report_id}"
