"""What a copy of somebody's data holds of what they follow and were told."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.exporting import Part, Subject, as_json
from notifications.models import Device, InboxItem, Subscription, Wishes


def news(subject: Subject) -> Iterator[Part]:
    """Subscriptions, wishes and devices of an account, and the inbox of whoever it is."""
    if subject.report_code is None:
        about = _("What you follow: reports, areas on the map and saved filters.")
        yield as_json("following.json", about, lambda: _following(subject))
        about = _("How you want news, and the devices that get it; never what is needed to reach them.")
        yield as_json("news-wishes.json", about, lambda: _wishes(subject))
    yield as_json("inbox.json", _("What you were told, and when you read it."), lambda: _inbox(subject))


def _following(subject: Subject) -> list[dict[str, Any]]:
    columns = (
        "code", "kind", "origin", "is_muted", "name", "report__code", "latitude", "longitude", "radius_m",
        "polygon", "bbox", "area_code", "category_codes", "kinds", "statuses", "created_at",
    )  # fmt: skip
    own = Subscription.objects.filter(producer=subject.producer).order_by("pk")
    return _plain(own.values(*columns))


def _wishes(subject: Subject) -> dict[str, Any]:
    wanted = ("cadences", "quiet_from", "quiet_until", "time_zone", "digest_hour", "digest_weekday")
    devices = ("code", "transport", "name", "confirmed_at", "created_at", "reached_at")
    own = Device.objects.filter(producer=subject.producer).order_by("pk")
    return {
        "wishes": Wishes.objects.filter(producer=subject.producer).values(*wanted).first(),
        "devices": list(own.values(*devices)),
    }


def _inbox(subject: Subject) -> list[dict[str, Any]]:
    own = InboxItem.objects.filter(producer=subject.producer).order_by("pk")
    if subject.report_code is not None:
        own = own.filter(event__report__code=subject.report_code)
    columns = ("event__report__code", "event__kind", "event__at", "why", "created_at", "read_at")
    return _plain(own.values(*columns))


def _plain(rows: Any) -> list[dict[str, Any]]:
    """Rows with the last word of each column's name, save of the report's code."""
    return [
        {name.replace("event__", "").replace("report__code", "report"): value for name, value in row.items()}
        for row in rows
    ]
