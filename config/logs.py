"""Log lines as JSON that never carry what a person said or is.

A traceback's message can quote a row ("Key (email)=(…) already exists"), so of an error only its
type and the places it passed are written; ``DEBUG=1`` writes the rest.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FRAMES = 8


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, message, and for an error its type and places."""

    def __init__(self, *, with_messages_of_errors: bool = False) -> None:
        super().__init__()
        self.with_messages_of_errors = with_messages_of_errors

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and (error := record.exc_info[1]):
            line |= self.describe(error)
        return json.dumps(line, ensure_ascii=False)

    def describe(self, error: BaseException) -> dict[str, Any]:
        frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
        places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        described: dict[str, Any] = {"error": type(error).__name__, "places": places}
        if self.with_messages_of_errors:
            described["error_message"] = str(error)
        return described


def settings_of(*, level: str, with_messages_of_errors: bool) -> dict[str, Any]:
    """Where log lines go, and from which level on."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "config.logs.JsonLines", "with_messages_of_errors": with_messages_of_errors}
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # Every 4xx is a sentence for the client, not news for the operator.
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "ERROR"},
            "httpx": {"level": "WARNING"},
            # A line for every wake-up would be all there is to read.
            "celery": {"level": "WARNING"},
            "kombu": {"level": "ERROR"},
        },
    }
