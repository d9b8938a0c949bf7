"""How the admin looks, and what its sidebar offers: the queues of the desk first."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Shown = Callable[[HttpRequest], bool]


def _may(permission: str) -> Shown:
    return lambda request: request.user.has_perm(permission)


def _link(title: Promise, icon: str, model: str, shown: Shown | str | None = None) -> dict[str, Any]:
    """An entry of the sidebar; ``icon`` is a name of Material Symbols."""
    entry = {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{model}_changelist")}
    return {**entry, "permission": shown} if shown else entry


NAVIGATION = [
    {
        "title": _("Desk"),
        "items": [
            _link(_("Triage"), "alt_route", "moderation_triagereport"),
            _link(_("Screening"), "visibility", "moderation_heldreport"),
            _link(_("Reports"), "report", "reports_report"),
            _link(_("Tickets"), "assignment", "tickets_ticket"),
            _link(_("Decisions"), "gavel", "moderation_decision"),
            _link(
                _("Parked events"),
                "report_problem",
                "moderation_parkedevent",
                "moderation.permissions.sees_everything",
            ),
        ],
    },
    {
        "title": _("City"),
        "collapsible": True,
        "items": [
            _link(
                _("Organisations"), "apartment", "accounts_organisation", _may("accounts.view_organisation")
            ),
            _link(_("Users"), "person", "accounts_user", _may("accounts.view_user")),
            _link(_("Memberships"), "badge", "accounts_membership", _may("accounts.view_membership")),
            _link(_("Categories"), "category", "routing_category", _may("routing.view_category")),
            _link(_("Stoppers"), "front_hand", "routing_stopper", _may("routing.view_stopper")),
            _link(_("Areas"), "map", "routing_area", _may("routing.view_area")),
            _link(
                _("Responsibilities"),
                "account_tree",
                "routing_responsibility",
                _may("routing.view_responsibility"),
            ),
            _link(_("Measured times"), "timer", "routing_measuredtime", _may("routing.view_measuredtime")),
        ],
    },
    {
        "title": _("Delivery"),
        "collapsible": True,
        "items": [
            _link(_("Endpoints"), "webhook", "webhooks_endpoint", _may("webhooks.view_endpoint")),
            _link(_("Deliveries"), "outbox", "webhooks_delivery", _may("webhooks.view_delivery")),
        ],
    },
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Commonway",
    "SITE_HEADER": "Commonway",
    "SITE_SUBHEADER": _("the desk"),
    "SITE_SYMBOL": "signpost",
    "SITE_URL": "/",
    "SHOW_LANGUAGES": False,
    "DASHBOARD_CALLBACK": "moderation.admin.dashboard.add_queues",
    "SHOW_BACK_BUTTON": True,
    "STYLES": [lambda _request: static("moderation/desk.css")],
    "COLORS": {
        # A calm teal; the signal colours are left to what signals.
        "primary": {
            "50": "oklch(98.4% .014 180.72)",
            "100": "oklch(95.3% .051 180.801)",
            "200": "oklch(91% .096 180.426)",
            "300": "oklch(85.5% .138 181.071)",
            "400": "oklch(77.7% .152 181.912)",
            "500": "oklch(70.4% .14 182.503)",
            "600": "oklch(60% .118 184.704)",
            "700": "oklch(51.1% .096 186.391)",
            "800": "oklch(43.7% .078 188.216)",
            "900": "oklch(38.6% .063 188.416)",
            "950": "oklch(27.7% .046 192.524)",
        },
    },
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": NAVIGATION},
}
