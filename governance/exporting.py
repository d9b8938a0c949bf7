"""What a copy of somebody's data says about who else got it."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.exporting import Part, Subject, as_json
from governance.models import DataUse


def uses(subject: Subject) -> Iterator[Part]:
    """Who got data of the subject's reports."""
    about = _("Which organisations got data of your reports, when, why, how, and which fields.")
    yield as_json("data-uses.json", about, lambda: _rows(subject))


def _rows(subject: Subject) -> list[dict[str, Any]]:
    own = DataUse.objects.filter(report__producer=subject.producer).order_by("at", "pk")
    if subject.report_code is not None:
        own = own.filter(report__code=subject.report_code)
    columns = ("report__code", "organisation__code", "purpose", "basis", "way", "fields", "on", "at")
    return [{name.removesuffix("__code"): row[name] for name in columns} for row in own.values(*columns)]
