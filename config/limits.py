"""How often anybody may do anything: the two tables that ``accounts.limiting`` works by.

``LIMITED`` says what a request counts as: the first row that fits, by method and address; the address of a
GET with words to look for ends in ``?q``.
``LIMITS`` says how much of it is allowed, ``scope.counted_by``. Counted by

- ``device``: the install id that an app chooses and sends as ``X-Device``, if it sends one;
- ``first``: the network address, of somebody without an account: strictest, for it is always a first post;
- ``citizen``: the account, or the receipt;
- ``address``: the network address, of all citizens together, for many share one behind their provider's;
- ``staff``: the account of a member of an organisation or of its machines, who are counted no other way.

``wrong`` counts credentials that opened nothing: ``receipt`` those for one code from one address.
A rate is taken as a burst at once and then flows: 30/h is thirty, and after them one every two minutes.
"""

DAY_OF_PHOTOS = 200 * 1024 * 1024

LIMITS = {
    "report.device": "240/h",
    "report.first": "120/h",
    "report.citizen": "240/h",
    "report.address": "600/h",
    "report.staff": "20000/h",
    # Each report in a batch counts as a report besides.
    "batch.device": "30/h",
    "batch.first": "30/h",
    "batch.citizen": "30/h",
    "batch.address": "300/h",
    "batch.staff": "2000/h",
    "photo.device": "120/h",
    "photo.first": "120/h",
    "photo.citizen": "120/h",
    "photo.address": "600/h",
    "photo.staff": "5000/h",
    # What comes in, photos above all, by size.
    "bytes.device": f"{2 * DAY_OF_PHOTOS}/d",
    "bytes.first": f"{2 * DAY_OF_PHOTOS}/d",
    "bytes.citizen": f"{2 * DAY_OF_PHOTOS}/d",
    "bytes.address": f"{20 * DAY_OF_PHOTOS}/d",
    "bytes.staff": f"{200 * DAY_OF_PHOTOS}/d",
    # Pieces of a photo that comes bit by bit over a bad line.
    "piece.device": "600/10m",
    "piece.address": "6000/10m",
    "piece.staff": "6000/10m",
    "comment.device": "20/h",
    "comment.first": "20/h",
    "comment.citizen": "20/h",
    "comment.address": "200/h",
    "comment.staff": "2000/h",
    "support.device": "60/h",
    "support.first": "60/h",
    "support.citizen": "60/h",
    "support.address": "600/h",
    "support.staff": "2000/h",
    # Taking over a report needs its secret, which nobody guesses in so few tries.
    "claim.device": "10/h",
    "claim.citizen": "10/h",
    "claim.address": "300/h",
    "claim.staff": "10/h",
    "search.device": "60/m",
    "search.first": "120/m",
    "search.citizen": "60/m",
    "search.address": "600/m",
    "search.staff": "600/m",
    "pass.device": "60/m",
    "pass.first": "120/m",
    "pass.citizen": "60/m",
    "pass.address": "600/m",
    "pass.staff": "600/m",
    # Devices registered and tried: each may send a text message that the city pays for.
    "reach.device": "20/h",
    "reach.first": "20/h",
    "reach.citizen": "20/h",
    "reach.address": "200/h",
    "reach.staff": "100/h",
    # Letters with codes, and the codes and passwords typed in: besides what allauth counts per address typed.
    "login.device": "20/10m",
    "login.address": "60/10m",
    # Tries at the password of one name: from one address, and from everywhere.
    "password.here": "10/15m",
    "password.name": "100/h",
    # Whatever else changes something.
    "change.device": "300/h",
    "change.first": "300/h",
    "change.citizen": "300/h",
    "change.address": "3000/h",
    "change.staff": "20000/h",
    "wrong.receipt": "5/15m",
    "wrong.address": "30/15m",
}

CHANGES = "POST PUT PATCH DELETE"
REPORT = r"/api/v1/reports/[^/]+"

LIMITED = (
    ("POST", r"/api/v1/reports/$", "report bytes"),
    ("POST", r"/api/v1/reports/batch/$", "batch bytes"),
    ("POST", rf"{REPORT}/photos/$", "photo bytes"),
    ("POST", rf"{REPORT}/(comments|dispute|withdraw|solved)/$", "comment"),
    ("POST", rf"{REPORT}/claim/$", "claim"),
    ("POST DELETE", rf"{REPORT}/support/$", "support"),
    ("GET", r"/api/v1/reports/((map/)?\?q$|similar)", "search"),
    ("GET POST", r"/api/v1/(routing/preview|categories/suggest)", "search"),
    ("POST", r"/api/v1/uploads/?$", "photo"),
    ("PATCH", r"/api/v1/uploads/", "piece bytes"),
    ("POST", r"/api/v1/live/passes/$", "pass"),
    ("POST", r"/api/v1/me/push/", "reach"),
    ("POST", r"/_allauth/app/v1/(auth|account)/", "login"),
    ("POST", r"/admin/login/$", "login"),
    (CHANGES, r"/api/v1/", "change"),
)
