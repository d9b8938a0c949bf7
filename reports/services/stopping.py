"""What the city does not take, or not now: a blocking stopper refuses a report before it exists."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from reports.errors import Stopped
from reports.places import Place
from routing.rows import CategoryRow
from routing.services import current_snapshot
from routing.stoppers import blocking


def refuse_what_is_stopped(
    category: CategoryRow, place: Place, answers: Mapping[str, Any], *, observed_at: datetime, now: datetime
) -> None:
    """Raise Stopped if a blocking stopper holds, with the text of each.

    It must hold now and have held when the citizen saw the matter: a phone that was offline meanwhile is not
    refused for what it could not have shown. No statement: stoppers are in memory.
    """
    snapshot = current_snapshot()
    known = place.latitude is not None and place.longitude is not None
    where = (place.latitude or 0.0, place.longitude or 0.0) if known else None
    stoppers = blocking(snapshot, category, where, answers, now)
    if stoppers and observed_at < now:
        then = {stopper.code for stopper in blocking(snapshot, category, where, answers, observed_at)}
        stoppers = [stopper for stopper in stoppers if stopper.code in then]
    if stoppers:
        language = get_language() or ""
        raise Stopped([{"code": stopper.code, "text": stopper.text(language)} for stopper in stoppers])
