"""How the OpenAPI document is made: drf-spectacular's settings."""

from typing import Any

SETTINGS: dict[str, Any] = {
    "TITLE": "Commonway",
    "DESCRIPTION": "What a city's people say about its transport, who answers for it, and the answer.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "DEFAULT_GENERATOR_CLASS": "config.openapi.generator.Generator",
    "LICENSE": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    "SERVERS": [{"url": "/", "description": "This city"}],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Fields of one name with different choices, each under the name a client should generate.
    "ENUM_NAME_OVERRIDES": {
        "Cadence": "notifications.models.channels.Cadence",
        "CommentKind": "reports.models.Comment.Kind",
        "CoveredKind": "reports.models.photo.PhotoBox.Kind",
        "ConsentMethod": "accounts.models.Consent.Method",
        "ContactKind": "reports.models.assistance.Assistance.ContactKind",
        "EventKind": "reports.models.Event.Kind",
        "Language": "accounts.serializers.SPOKEN",
        "OrganisationKind": "accounts.models.Organisation.Kind",
        "Purpose": "accounts.models.Consent.Purpose",
        "ReportChannel": "reports.models.Report.Channel",
        "ReportKind": "reports.models.Report.Kind",
        "ReportReason": "reports.workflow.Reason",
        "ReportStatus": "reports.workflow.Status",
        "ReportVisibility": "reports.workflow.Visibility",
        "ResolvingReason": "tickets.serializers.RESOLVING",
        "ScreeningReason": "moderation.reasons.Reason",
        "SubscriptionKind": "notifications.models.following.Subscription.Kind",
        "TicketReason": "tickets.workflow.Reason",
        "TicketRole": "tickets.workflow.Role",
        "TicketStatus": "tickets.workflow.Status",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
    ],
}
