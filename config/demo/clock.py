"""Telling the past: services see the moment of the story instead of now."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest import mock


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Everything that asks ``timezone.now()`` inside is told ``moment``; only the demo is told this way."""
    with mock.patch("django.utils.timezone.now", return_value=moment):
        yield
