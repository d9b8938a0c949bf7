"""Here events are read, so nobody else reacts to them."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def no_handlers(settings: Any) -> None:
    settings.EVENT_HANDLERS = []
