"""Reading the process environment: the only place where Commonway's configuration comes from.

Everything here is called by ``config.settings`` and raises ImproperlyConfigured with the cure.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}

# Several threads share one file: readers never wait for a writer, and a power cut keeps the file whole.
# What is deleted is overwritten: what was erased is not in the file either.
SQLITE_PRAGMAS = """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA secure_delete = ON;
    PRAGMA cache_size = -16000;
    PRAGMA mmap_size = 134217728;
    PRAGMA temp_store = MEMORY
"""


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name, str(default)).lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no. Set it to 1 or 0.")
    return value in TRUE


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number.") from None


def seconds(name: str, default: list[float]) -> list[float]:
    """A list of waits written with commas."""
    try:
        return [float(word) for word in words(name)] or default
    except ValueError:
        raise ImproperlyConfigured(f"{name}={text(name)!r} is not a list of seconds like 0,5,300.") from None


UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def limits(name: str, default: Mapping[str, str]) -> dict[str, tuple[int, float]]:
    """Amount and seconds of each limit; the environment replaces single ones: ``report.first=10/h,…``."""
    named = dict(word.partition("=")[::2] for word in words(name))
    if unknown := sorted(set(named) - set(default)):
        raise ImproperlyConfigured(f"{name} names {unknown[0]!r}; the limits are {', '.join(default)}.")
    return {scope: _rate(name, named.get(scope, usual)) for scope, usual in default.items()}


def _rate(name: str, written: str) -> tuple[int, float]:
    amount, _, period = written.partition("/")
    count, unit = period[:-1] or "1", period[-1:]
    if not (amount.isdigit() and int(amount) and count.isdigit() and int(count) and unit in UNITS_S):
        raise ImproperlyConfigured(f"{name}: {written!r} is not a rate like 30/h, 5/15m or 2/10s.")
    return int(amount), float(int(count) * UNITS_S[unit])


def scale(name: str) -> float:
    """A factor of at least 0; 1 when it is not named."""
    value = text(name, "1")
    try:
        if (factor := float(value)) >= 0:
            return factor
    except ValueError:
        pass
    raise ImproperlyConfigured(f"{name}={value!r} is not a factor like 1, 10 or 0.5; 0 is off.")


def words(name: str, default: str = "") -> list[str]:
    """A list written with commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def secret_key(folder: Path) -> str:
    """``SECRET_KEY``, or on a laptop one made once and kept in ``folder`` where only its owner reads it."""
    if key := text("SECRET_KEY"):
        return key
    path = folder / "secret_key"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        file.write(get_random_secret_key())
    return path.read_text()


def database(url: str, folder: Path) -> dict[str, Any]:
    """Django's description of the database that ``url`` names; without one, SQLite in ``folder``."""
    if not url:
        folder.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{folder / 'commonway.sqlite3'}"
    try:
        found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
    except (dj_database_url.ParseError, ValueError) as error:
        raise ImproperlyConfigured(f"DATABASE_URL is not understood ({error}). {DATABASE_CURE}") from None
    if found["ENGINE"] == "django.db.backends.sqlite3":
        # A file does not hang up: the connection of a thread lives as long as the thread.
        # The engine waits for the write lock without stopping the thread that has it.
        found |= {"ENGINE": "config.sqlite", "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": False}
        found["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS}
    elif found["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured(
            f"DATABASE_URL names a database Commonway does not run on. {DATABASE_CURE}"
        )
    return found


DATABASE_CURE = "Write postgres://user:password@host:5432/name, or leave it empty for SQLite."


def email(url: str) -> dict[str, Any]:
    """Django's e-mail settings from ``console://``, ``file:///folder`` or ``smtp[s]://user:password@host:port``."""
    parts = urlsplit(url)
    match parts.scheme:
        case "console":
            return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
        case "file":
            backend = "django.core.mail.backends.filebased.EmailBackend"
            return {"EMAIL_BACKEND": backend, "EMAIL_FILE_PATH": parts.path}
        case "smtp" | "smtp+tls" | "smtps":
            return {
                "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "EMAIL_HOST": parts.hostname or "localhost",
                "EMAIL_PORT": parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme],
                "EMAIL_HOST_USER": unquote(parts.username or ""),
                "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
                "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
                "EMAIL_USE_SSL": parts.scheme == "smtps",
                "EMAIL_TIMEOUT": 15,
            }
    raise ImproperlyConfigured(
        f"EMAIL_URL has the unknown scheme {parts.scheme!r}. "
        "Write console://, file:///folder, smtp://, smtp+tls:// or smtps://user:password@host:port."
    )


def storage(url: str, folder: Path) -> dict[str, Any]:
    """Where photos are kept: ``s3://bucket/prefix?endpoint_url=…``, or without a URL a folder."""
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.hostname:
        raise ImproperlyConfigured(
            "MEDIA_STORAGE_URL is not s3://bucket/prefix. Leave it empty to keep files here."
        )
    options: Mapping[str, Any] = {
        "bucket_name": parts.hostname,
        "location": parts.path.strip("/"),
        "default_acl": "private",
        "querystring_auth": True,
        **dict(parse_qsl(parts.query)),
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": dict(options)}
