"""Every setting of Commonway, in one file. The environment moves parts out; the defaults run a laptop.

| variable | moves | default |
|---|---|---|
| SECRET_KEY | the signing key | made once in VAR_DIR |
| VAR_DIR | database, photos and lake of this machine | var/ |
| DATABASE_URL | the database | SQLite in VAR_DIR |
| REDIS_URL | cache, live channels and the task broker | this process |
| CELERY_BROKER_URL | the task broker alone (RabbitMQ) | REDIS_URL |
| MEDIA_STORAGE_URL | photos (s3://bucket/prefix) | VAR_DIR/media |
| LAKE_URL | the lake (s3://bucket/prefix) | VAR_DIR/lake |
| ANALYTICS_BACKEND, ANALYTICS_THREADS, ANALYTICS_MEMORY | questions to the lake (duckdb or spark) | duckdb |
| SEAL_EVERY_S, PROJECT_EVERY_S | how often events are sealed and written to the lake | 60, 30 |
| EMAIL_URL, EMAIL_FROM | outgoing mail | the console |
| PUBLIC_URL | links in mail and webhooks | http://localhost:8000 |
| PAPER_FONT | a TrueType font with Chinese letters, to travel inside printed sheets | the reader's own |
| WEBHOOK_… | where and when webhooks are posted; named below | https on port 443 |
| VAPID_PRIVATE_KEY, VAPID_SUBJECT | our key for web push, who to write to | made once in VAR_DIR |
| VENDOR_PUSH_URL, SMS_URL, …_TOKEN | gateways to vendors' push services and to text messages | the log |
| ALLOWED_HOSTS, CSRF_TRUSTED_ORIGINS | names the service answers to | this machine |
| BEHIND_HTTPS | cookies, HSTS and redirects for https | off |
| LIVE_STREAMS_PER_ADDRESS, LIVE_STREAMS_PER_PRODUCER | open event streams of one sender | 100, 5 |
| HTTP_THREADS | how many requests one process answers at once | 8 |
| LIMITS | how often anybody may do anything, single rates: report.first=10/h,… | config/limits.py |
| LIMITS_SCALE | all of these rates by a factor; 0 switches them off | 1 |
| TRUSTED_PROXIES | how many proxies in front may say where a request comes from | 0 |
| DEBUG, LOG_LEVEL | diagnosis | off, INFO |
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from config import environment as env
from config import limits as usual_limits
from config import logs, sweeps
from config.desk import UNFOLD as UNFOLD
from config.spectacular import SETTINGS as OPENAPI

# Lets code say ModelAdmin[Report] and File[bytes] when it runs as it does when it is checked.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var"))).resolve()

DEBUG = env.flag("DEBUG")
SECRET_KEY = env.secret_key(VAR_DIR)
PUBLIC_URL = env.text("PUBLIC_URL", "http://localhost:8000").rstrip("/")

# --- Apps, lowest floor last; unfold stands before the admin it dresses ---

FLOORS = [
    "interop",
    "webhooks",
    "notifications",
    "analytics",
    "moderation",
    "tickets",
    "governance",
    "reports",
    "routing",
    "accounts",
]
INSTALLED_APPS = [
    "config",
    *FLOORS,
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.headless",
    "channels",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "config.edge.refuse_nul",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "accounts.limiting.Middleware",  # before bodies are read and the database is asked
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.idempotency.Middleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- Who reacts to events, in this order; calls go down the floors, events go up ---

EVENT_HANDLERS: list[str] = [
    "reports.handlers.queue_photo_work",
    "reports.handlers.index_words",
    "reports.handlers.tell_listeners",
    "tickets.handlers.follow_reports",
    "governance.handlers.forget_erased",
    "moderation.handlers.forget_erased",
    "webhooks.handlers.forget_erased",
    "webhooks.handlers.owe_deliveries",  # after the tickets, which say who was given a report
    "notifications.handlers.fill_inboxes",
    "notifications.handlers.forget_erased",
]
# Who keeps account of what organisations got, and what a copy of somebody's data is made of.
ON_DISCLOSED = "governance.services.note_uses"
EXPORTERS: list[str] = [
    "accounts.exporting.account",
    "reports.exporting.reports",
    "governance.exporting.uses",
    "notifications.exporting.news",
]
# Who lets go of what when an account is deleted, the highest floor first.
LEAVING_HANDLERS: list[str] = [
    "notifications.leaving.let_go",
    "governance.leaving.let_go",
    "reports.leaving.let_go",
]
# Off, nothing is woken by a commit: tests relay by hand, and the beat sweep still finds everything.
RELAY_NUDGES = env.flag("RELAY_NUDGES", default=True)

# --- Data at rest ---

DATABASES = {"default": env.database(env.text("DATABASE_URL"), VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STORAGES = {
    "default": env.storage(env.text("MEDIA_STORAGE_URL"), VAR_DIR / "media"),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LAKE_URL = env.text("LAKE_URL", str(VAR_DIR / "lake"))
# Questions run on DuckDB here, or on Spark; so many threads, and so much memory before they spill to disk.
ANALYTICS_BACKEND = env.text("ANALYTICS_BACKEND", "duckdb")
ANALYTICS_THREADS = env.number("ANALYTICS_THREADS", 2)
ANALYTICS_MEMORY = env.text("ANALYTICS_MEMORY", "200MB")
STATIC_URL = "/static/"
STATIC_ROOT = env.text("STATIC_ROOT") or None  # nobody needs to collect: files are served from where they lie
# What npm brought; a machine without it serves everything but the maps.
STATICFILES_DIRS = [
    (f"vendor/{name}", folder)
    for name, folder in [("maplibre-gl", BASE_DIR / "node_modules" / "maplibre-gl" / "dist")]
    if folder.is_dir()
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

# A request carries at most five photos of 20 MB; everything that is not a file fits in one.
PHOTO_MAX_BYTES = 20 * 1024 * 1024
PHOTO_MAX_COUNT = 5
# A photo that keeps the child process longer is refused, whatever it does; of processor time it has 10.
PHOTO_SECONDS = env.number("PHOTO_SECONDS", 30)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = PHOTO_MAX_COUNT
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640

# Receipts and letters on paper; without a font of our own the reader's STSong is named.
PAPER_FONT = env.text("PAPER_FONT")

# --- Wake-ups, cache and live channels ---

REDIS_URL = env.text("REDIS_URL")
if REDIS_URL:
    CACHES: dict[str, Any] = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    }
    CHANNEL_LAYERS: dict[str, Any] = {
        "default": {
            "BACKEND": "config.redis_channels.RedisChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL], "capacity": 1000},
        }
    }
else:
    # Its own default of 300 entries would forget sessions and failed logins under load.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }
    CHANNEL_LAYERS = {"default": {"BACKEND": "config.channels.EmbeddedChannelLayer"}}

# Streams of server-sent events that one process keeps open for one address, and for one producer.
LIVE_STREAMS_PER_ADDRESS = env.number("LIVE_STREAMS_PER_ADDRESS", 100)
LIVE_STREAMS_PER_PRODUCER = env.number("LIVE_STREAMS_PER_PRODUCER", 5)

CACHES["default"]["KEY_FUNCTION"] = "config.edge.cache_key"

CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", REDIS_URL or "memory://")
# The in-process broker sleeps between looks; its own default of a second would be felt.
CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.02} if CELERY_BROKER_URL == "memory://" else {}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The database is the queue of record: a task says nothing back, and a lost one is found again by a sweep.
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "commonway"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")
CELERY_BEAT_SCHEDULE = sweeps.SCHEDULE
SEAL_EVERY_S, PROJECT_EVERY_S = sweeps.SEAL_EVERY_S, sweeps.PROJECT_EVERY_S

# --- Who is there ---

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.lockout.Guard",  # first: whoever tries too often is stopped before a password is looked at
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "admin:login"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# A password is possible and never needed: the code sent by e-mail is enough.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("app",)
HEADLESS_SERVE_SPECIFICATION = True
HEADLESS_SPECIFICATION_TEMPLATE_NAME = None  # only JSON and YAML: the page would load scripts from elsewhere
# allauth needs a page to point an unknown address to: the city's app answers under these.
HEADLESS_FRONTEND_URLS = {
    "account_confirm_email": f"{PUBLIC_URL}/app/verify-email/{{key}}",
    "account_reset_password": f"{PUBLIC_URL}/app/password",
    "account_reset_password_from_key": f"{PUBLIC_URL}/app/password/{{key}}",
    "account_signup": f"{PUBLIC_URL}/app/signup",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_TOTP_ISSUER = "Commonway"

# --- How often ---

LIMITED = usual_limits.LIMITED
LIMITS = env.limits("LIMITS", usual_limits.LIMITS)
LIMITS_SCALE = env.scale("LIMITS_SCALE")
# So many hops at the end of X-Forwarded-For are believed; allauth counts by the same address.
TRUSTED_PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", 0)

# --- The API ---

REST_FRAMEWORK = {
    # knox first: its WWW-Authenticate header makes a missing credential a 401 and not a 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "accounts.authentication.XSessionTokenAuthentication",
        "reports.authentication.ReceiptAuthentication",
        "accounts.authentication.SessionAuthentication",
    ],
    # A view that forgets to say who may use it is closed.
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "config.openapi.schema.Schema",
    "DEFAULT_PAGINATION_CLASS": "config.api.CursorPages",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "config.api.PlainJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "EXCEPTION_HANDLER": "config.problems.problem_response",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "PAGE_SIZE": 25,
    "DEFAULT_THROTTLE_RATES": {},
}
# For apps that answer before a view is reached; they may not import config.
PROBLEM_RESPONSE = "config.problems.domain_response"
CSRF_FAILURE_VIEW = "config.problems.csrf_failure"
SPECTACULAR_SETTINGS = {**OPENAPI, "CONTACT": {"name": "Commonway", "url": PUBLIC_URL}}
REST_KNOX = {"TOKEN_TTL": None, "TOKEN_PREFIX": "cw_"}

# --- Webhooks: what we send to machines outside ---

# Seconds before each try; the first is at once, and after the last it is dead until someone resends it.
HOUR = 3600
WEBHOOK_RETRY_WAITS = env.seconds(
    "WEBHOOK_RETRY_WAITS",
    [0, 5, 300, HOUR // 2, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
)
WEBHOOK_TIMEOUT_S = 15.0
# A try that says nothing for this long is taken over by another worker; longer than the timeout.
WEBHOOK_LEASE_S = env.number("WEBHOOK_LEASE_S", 30)
# Unbroken failure for this long disables an endpoint.
WEBHOOK_GIVE_UP_S = 120 * HOUR
# Posts under way at once in one process: for all endpoints, and for one of them.
WEBHOOK_SLOTS = env.number("WEBHOOK_SLOTS", 64)
WEBHOOK_ENDPOINT_SLOTS = env.number("WEBHOOK_ENDPOINT_SLOTS", 4)
WEBHOOK_ALLOWED_PORTS = frozenset(map(int, env.words("WEBHOOK_ALLOWED_PORTS", "443")))
# A sandbox may post to this machine, without TLS and to any port; a city may not.
WEBHOOK_ALLOW_LOOPBACK = env.flag("WEBHOOK_ALLOW_LOOPBACK")
# Certificates to trust instead of the public ones.
WEBHOOK_CA_FILE = env.text("WEBHOOK_CA_FILE")

# --- News for citizens: copies of the inbox by mail, push and text message ---

# Seconds before each try after a failed one; after the last it is given up.
NOTIFICATION_RETRY_WAITS = env.seconds(
    "NOTIFICATION_RETRY_WAITS", [60, 300, HOUR // 2, 2 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR]
)
# A try that says nothing for this long is made again by another worker; longer than any timeout.
NOTIFICATION_LEASE_S = env.number("NOTIFICATION_LEASE_S", 120)
# The key by which push services know us; without one, made once in VAR_DIR. Whom they may write to.
VAPID_PRIVATE_KEY = env.text("VAPID_PRIVATE_KEY")
VAPID_SUBJECT = env.text(
    "VAPID_SUBJECT", PUBLIC_URL if PUBLIC_URL.startswith("https://") else "mailto:commonway@localhost"
)
# The city's gateways to the push services of vendors and to text messages; without one, the log.
VENDOR_PUSH_URL, VENDOR_PUSH_TOKEN = env.text("VENDOR_PUSH_URL"), env.text("VENDOR_PUSH_TOKEN")
SMS_URL, SMS_TOKEN = env.text("SMS_URL"), env.text("SMS_TOKEN")
NOTIFICATION_SENDERS = {
    "email": "notifications.senders.mail.send",
    "webpush": "notifications.senders.webpush.send",
    "vendor": f"notifications.senders.{'vendor.send_push' if VENDOR_PUSH_URL else 'console.send'}",
    "sms": f"notifications.senders.{'vendor.send_sms' if SMS_URL else 'console.send'}",
}
# When whoever sent a report is asked whether it is solved, and how long an inbox keeps its news.
SURVEY_AFTER_DAYS = env.number("SURVEY_AFTER_DAYS", 5)
INBOX_KEPT_DAYS = env.number("INBOX_KEPT_DAYS", 365)

# --- Language and time ---

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- The edge ---

# Each thread of the web process keeps a database connection.
HTTP_THREADS = env.number("HTTP_THREADS", 8)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
if (public_host := urlsplit(PUBLIC_URL).hostname) and public_host not in ALLOWED_HOSTS:
    ALLOWED_HOSTS.append(public_host)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
BEHIND_HTTPS = env.flag("BEHIND_HTTPS", default=PUBLIC_URL.startswith("https://"))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_HTTPS else None
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if BEHIND_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = BEHIND_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

globals().update(env.email(env.text("EMAIL_URL", "console://")))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM", "commonway@localhost")

LOGGING = logs.settings_of(level=env.text("LOG_LEVEL", "INFO").upper(), with_messages_of_errors=DEBUG)
