"""The operations by name: what a generated client calls them, and the problems their subject brings.

The problems that follow from an operation's shape (a body that is not right, nobody logged in, nothing
there, a key used twice) are added to each; ``config/problems.py`` has the names. ``stale-version`` also says
that the operation understands ``If-Match``.
"""

from dataclasses import dataclass
from typing import Any

STALE = "stale-version"
# Done by whoever sent it or speaks for themselves: with an account or a receipt.
SELF = ("not-authenticated", "not-allowed", "conflict")
TUS = ("tus-version", "bad-upload", "checksum-mismatch")
MINE = ("not-authenticated", "not-allowed")
CHANGE = (STALE, "version-required")
MOVE = ("not-allowed", "illegal-move", "conflict", STALE)


@dataclass(frozen=True)
class Operation:
    """One operation; ``name`` is its operationId."""

    name: str
    problems: tuple[str, ...] = ()


# The links a client follows: from an operation's answer to what can be asked next.
_REPORT = {"code": "$response.body#/report/code"}
_SAME = {"code": "$request.path.code"}
_FIRST = {"code": "$response.body#/results/0/code"}
LINKS: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {
    "submitReport": {
        "report": ("getReport", _REPORT),
        "timeline": ("listTimeline", _REPORT),
        "stream": ("streamTimeline", _REPORT),
        "trace": ("getTrace", _REPORT),
        "photos": ("listPhotos", _REPORT),
        "addPhoto": ("addPhoto", _REPORT),
        "comment": ("addComment", _REPORT),
        "support": ("supportReport", _REPORT),
        "withdraw": ("withdrawReport", _REPORT),
    },
    "listReports": {"report": ("getReport", _FIRST), "support": ("supportReport", _FIRST)},
    "supportReport": {"takeBack": ("unsupportReport", _SAME), "report": ("getReport", _SAME)},
    "listTickets": {"ticket": ("getTicket", _FIRST), "accept": ("acceptTicket", _FIRST)},
    "acceptTicket": {"start": ("startTicket", _SAME)},
    "startTicket": {"done": ("finishTicket", _SAME), "note": ("noteOnTicket", _SAME)},
    "listTriage": {"assign": ("assignReport", _FIRST)},
    "listScreening": {"show": ("showReport", _FIRST)},
    "createEndpoint": {
        "endpoint": ("getEndpoint", {"code": "$response.body#/endpoint/code"}),
        "test": ("testEndpoint", {"code": "$response.body#/endpoint/code"}),
    },
    "issueToken": {"revoke": ("revokeToken", {"token_key": "$response.body#/token_key"})},
    "giveConsent": {"withdraw": ("withdrawConsent", {"purpose": "$response.body#/purpose"})},
}

OPERATIONS: dict[str, Operation] = {
    # The catalogue.
    "GET /areas/": Operation("listAreas"),
    "GET /categories/": Operation("listCategories"),
    "GET /organisations/": Operation("listOrganisations"),
    "GET /routing/preview/": Operation("previewRouting"),
    # Reports.
    "GET /reports/": Operation("listReports"),
    "POST /reports/": Operation("submitReport", ("photo-refused", "stopped")),
    "POST /reports/batch/": Operation("submitReports", ("photo-refused", "stopped")),
    "GET /reports/map/": Operation("getMap"),
    "GET /reports/similar/": Operation("findSimilarReports"),
    "GET /reports/{code}/": Operation("getReport"),
    "GET /reports/{code}/comments/": Operation("listComments"),
    "POST /reports/{code}/comments/": Operation("addComment", SELF),
    "POST /reports/{code}/dispute/": Operation(
        "disputeReport", (*SELF, *MOVE, "dispute-over", "reason-required")
    ),
    "GET /reports/{code}/photos/": Operation("listPhotos"),
    "POST /reports/{code}/photos/": Operation(
        "addPhoto", (*SELF, "photo-refused", "too-many-photos", "upload-not-whole", STALE)
    ),
    "GET /reports/{code}/proof/": Operation("listProofs"),
    "POST /reports/{code}/solved/": Operation(
        "sayWhetherSolved", (*SELF, *MOVE, "dispute-over", "nothing-to-confirm")
    ),
    "POST /reports/{code}/support/": Operation("supportReport", (*SELF, "own-report")),
    "DELETE /reports/{code}/support/": Operation("unsupportReport", SELF),
    "GET /reports/map/stream/": Operation("streamMap", ("too-far-behind",)),
    "GET /reports/{code}/stream/": Operation("streamTimeline"),
    "GET /reports/{code}/data-uses/": Operation("listDataUses"),
    "POST /reports/{code}/export/": Operation("askForReportExport", ("not-authenticated",)),
    "GET /reports/{code}/tombstone/": Operation("getTombstone"),
    "POST /reports/{code}/erase/": Operation("eraseReport", (*SELF, STALE)),
    "GET /reports/{code}/timeline/": Operation("listTimeline"),
    "GET /reports/{code}/trace/": Operation("getTrace"),
    "POST /reports/{code}/withdraw/": Operation("withdrawReport", (*SELF, *MOVE, "reason-required")),
    "GET /photos/{code}/{size}.{ending}": Operation("getPhoto"),
    "POST /uploads/": Operation("beginUpload", (*TUS, "upload-too-large")),
    "PATCH /uploads/{address}/": Operation("sendBytes", (*TUS, "upload-too-large", "offset-wrong")),
    "DELETE /uploads/{address}/": Operation("endUpload", ("tus-version",)),
    "GET /seals/": Operation("listSeals"),
    "POST /live/passes/": Operation("issueLivePass"),
    # The citizen's own.
    "GET /me/": Operation("getMe"),
    "PATCH /me/": Operation("changeMe", (STALE, "version-required")),
    "DELETE /me/": Operation("deleteMe", ("not-authenticated", "login-too-old", "not-allowed")),
    "GET /me/consents/": Operation("listConsents", ("not-authenticated", "not-allowed")),
    "POST /me/consents/": Operation("giveConsent", SELF),
    "DELETE /me/consents/{purpose}/": Operation("withdrawConsent", SELF),
    "GET /me/reports/": Operation("listMyReports", ("not-authenticated",)),
    "GET /me/supports/": Operation("listMySupports", ("not-authenticated",)),
    "GET /me/comments/": Operation("listMyComments", ("not-authenticated",)),
    "GET /me/data-uses/": Operation("listMyDataUses", ("not-authenticated",)),
    "GET /me/exports/": Operation("listMyExports", ("not-authenticated",)),
    "POST /me/exports/": Operation("askForExport", ("not-authenticated",)),
    "GET /me/exports/{code}/": Operation("getExport"),
    "DELETE /me/exports/{code}/": Operation("deleteExport"),
    "GET /me/exports/{code}/file/": Operation("downloadExport"),
    "GET /me/inbox/": Operation("getInbox", ("not-authenticated", "not-allowed")),
    "POST /me/inbox/read/": Operation("readInbox", ("not-authenticated", "not-allowed")),
    "POST /me/inbox/{seq}/read/": Operation("readInboxItem", ("not-authenticated",)),
    "POST /me/inbox/{seq}/unread/": Operation("unreadInboxItem", ("not-authenticated",)),
    "GET /me/preferences/": Operation("getPreferences", ("not-authenticated",)),
    "PATCH /me/preferences/": Operation(
        "changePreferences", ("not-authenticated", "not-allowed", STALE, "version-required")
    ),
    "GET /me/push/": Operation("listDevices", ("not-authenticated",)),
    "POST /me/push/": Operation(
        "registerDevice", ("not-authenticated", "not-allowed", "push-endpoint-refused", "too-many-devices")
    ),
    "DELETE /me/push/{code}/": Operation("deleteDevice", ("not-authenticated",)),
    "POST /me/push/{code}/confirm/": Operation("confirmDevice", ("not-authenticated",)),
    "POST /me/push/{code}/test/": Operation("testDevice", ("not-authenticated", "not-confirmed")),
    "GET /me/subscriptions/": Operation("listSubscriptions", ("not-authenticated",)),
    "POST /me/subscriptions/": Operation(
        "subscribe", ("not-authenticated", "not-allowed", "too-many-subscriptions")
    ),
    "GET /me/subscriptions/{code}/": Operation("getSubscription", ("not-authenticated",)),
    "PATCH /me/subscriptions/{code}/": Operation(
        "changeSubscription", ("not-authenticated", STALE, "version-required")
    ),
    "DELETE /me/subscriptions/{code}/": Operation("unsubscribe", ("not-authenticated", STALE)),
    "POST /reports/{code}/claim/": Operation("claimReport", ("bad-receipt", "already-claimed", "conflict")),
    "POST /reports/{code}/receipt/": Operation("printReceipt", (*MINE, "bad-receipt", "conflict")),
    # Reports that somebody writes down for somebody else.
    "GET /reports/assisted/": Operation("listAssistedReports", ("no-assistant",)),
    "POST /reports/assisted/": Operation(
        "submitAssistedReport", ("no-assistant", "photo-refused", "stopped")
    ),
    "POST /reports/check/": Operation("checkReport"),
    "GET /news-by-hand/": Operation("listErrands", ("no-assistant",)),
    "POST /news-by-hand/{code}/letter/": Operation("printLetter", ("no-assistant",)),
    "POST /news-by-hand/{code}/told/": Operation("noteTold", ("no-assistant",)),
    # The desk.
    "GET /desk/photos/{code}/boxes/": Operation("listBoxes", ("not-allowed",)),
    "PUT /desk/photos/{code}/boxes/": Operation(
        "correctBoxes", ("not-allowed", "no-such-box", "not-publishable")
    ),
    "GET /desk/photos/{code}/original/": Operation("getOriginal", ("not-allowed", "original-gone")),
    "POST /desk/photos/{code}/publish/": Operation("publishPhoto", ("not-publishable", "conflict")),
    "POST /desk/reports/{code}/answer/": Operation("answerReport", ("conflict", STALE)),
    "POST /desk/reports/{code}/assign/": Operation("assignReport", (*MOVE, "nobody-answers")),
    "POST /desk/reports/{code}/place/": Operation("placeReport", ("already-placed", "conflict", STALE)),
    "POST /desk/reports/{code}/status/": Operation(
        "moveReport", (*MOVE, "reason-required", "nobody-answers")
    ),
    "POST /desk/reports/{code}/visibility/": Operation("showReport", (*MOVE, "reason-required")),
    "GET /desk/screening/": Operation("listScreening"),
    "GET /desk/triage/": Operation("listTriage"),
    # Tickets.
    "GET /tickets/": Operation("listTickets"),
    "GET /tickets/{code}/": Operation("getTicket"),
    "POST /tickets/{code}/accept/": Operation("acceptTicket", MOVE),
    "POST /tickets/{code}/countersign/": Operation("countersignTicket", (*MOVE, "nothing-to-countersign")),
    "POST /tickets/{code}/decline/": Operation("declineTicket", (*MOVE, "reason-required")),
    "POST /tickets/{code}/done/": Operation("finishTicket", (*MOVE, "photo-refused", "reason-required")),
    "POST /tickets/{code}/hand-over/": Operation("handOverTicket", (*MOVE, "cannot-hand-over")),
    "POST /tickets/{code}/notes/": Operation("noteOnTicket", MOVE),
    "POST /tickets/{code}/return/": Operation("returnTicket", (*MOVE, "nothing-to-countersign")),
    "POST /tickets/{code}/start/": Operation("startTicket", MOVE),
    # Machines.
    "GET /events/": Operation("listEvents"),
    "GET /endpoints/": Operation("listEndpoints"),
    "POST /endpoints/": Operation("createEndpoint", ("endpoint-url-refused", "too-many-endpoints")),
    "GET /endpoints/{code}/": Operation("getEndpoint"),
    "PATCH /endpoints/{code}/": Operation(
        "changeEndpoint", ("endpoint-url-refused", STALE, "version-required")
    ),
    "DELETE /endpoints/{code}/": Operation("deleteEndpoint", (STALE,)),
    "GET /endpoints/{code}/deliveries/": Operation("listDeliveries"),
    "POST /endpoints/{code}/recover/": Operation("recoverDeliveries", ("endpoint-disabled",)),
    "POST /endpoints/{code}/rotate/": Operation("rotateSecret", ("endpoint-disabled",)),
    "POST /endpoints/{code}/test/": Operation("testEndpoint", ("endpoint-disabled",)),
    "POST /deliveries/{code}/resend/": Operation(
        "resendDelivery", ("endpoint-disabled", "delivery-still-open")
    ),
    "POST /tokens/": Operation("issueToken", ("not-found",)),
    "DELETE /tokens/{token_key}/": Operation("revokeToken"),
    # Measures.
    "GET /indicators/": Operation("listIndicators"),
    "GET /indicators/hours-to-resolve/": Operation("getHoursToResolve"),
    "GET /indicators/open-by-organisation/": Operation("getOpenByOrganisation"),
    "GET /indicators/reports-per-cell/": Operation("getReportsPerCell"),
}
