"""A replay: rows at a rate over a few connections, what became of them, and whether all of it is true."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from interop.replay.phones import Choice, Phones, Sent
from interop.replay.story import Story, story_of
from interop.sources import SourceRow

SETTLE_STEP_S = 1.0


@dataclass(frozen=True)
class Plan:
    """How to replay: reports a second, connections, the shares with a photo and sent twice, seconds to
    settle.
    """

    rate: float
    connections: int = 16
    photos_share: float = 0.05
    retry_share: float = 0.1
    settle_s: float = 60.0

    def choice(self, number: int) -> Choice:
        """Spread photos and retries evenly, so that any run of rows has its share of both."""
        return Choice(number, _is_chosen(number, self.photos_share), _is_chosen(number + 7, self.retry_share))


@dataclass
class Outcome:
    """All that was sent, the stories of what was accepted, and how far the sending fell behind its rate."""

    sent: list[Sent] = field(default_factory=list)
    stories: dict[str, Story] = field(default_factory=dict)
    unknown_categories: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    most_behind_s: float = 0.0


async def replay(
    phones: Phones, rows: Iterable[SourceRow], plan: Plan, tell: Callable[[int], object]
) -> Outcome:
    """Send all rows, then follow every accepted report by its receipt until it is with somebody."""
    categories = await phones.categories()
    outcome = Outcome()
    started = time.perf_counter()
    due = _Due(rows, plan, outcome)
    workers = (_work(due, phones, plan, categories, outcome, tell) for _ in range(plan.connections))
    await asyncio.gather(*workers)
    outcome.seconds = time.perf_counter() - started
    await _settle(phones, outcome, plan)
    return outcome


class _Due:
    """Hands out each row when it is due; a row that no connection was free for is late, and that is noted."""

    def __init__(self, rows: Iterable[SourceRow], plan: Plan, outcome: Outcome) -> None:
        self._rows = enumerate(rows)
        self._rate = plan.rate
        self._outcome = outcome
        self._started = time.perf_counter()
        self._turn = asyncio.Lock()

    async def next(self) -> tuple[int, SourceRow] | None:
        """The next row and its number; None at the end."""
        async with self._turn:
            number, row = next(self._rows, (0, None))
            if row is None:
                return None
            ahead = self._started + number / self._rate - time.perf_counter()
            if ahead > 0:
                await asyncio.sleep(ahead)
            self._outcome.most_behind_s = max(self._outcome.most_behind_s, -ahead)
            return number, row


async def _work(
    due: _Due,
    phones: Phones,
    plan: Plan,
    categories: Mapping[str, Mapping[str, Any]],
    outcome: Outcome,
    tell: Callable[[int], object],
) -> None:
    while (turn := await due.next()) is not None:
        number, row = turn
        category = categories.get(row.category.lower())
        if category is None:
            outcome.unknown_categories[row.category] += 1
        else:
            outcome.sent.append(await phones.send(row, category, plan.choice(number)))
        tell(1)


async def _settle(phones: Phones, outcome: Outcome, plan: Plan) -> None:
    """Read the trace of every accepted report until each was offered to somebody or waits in triage."""
    waiting = [sent for sent in outcome.sent if sent.is_accepted]
    ends_at = time.perf_counter() + plan.settle_s
    while waiting:
        traces = await _in_parallel(phones, waiting, plan.connections)
        for sent, trace in zip(waiting, traces, strict=True):
            outcome.stories[sent.receipt["code"]] = story_of(sent, trace)
        waiting = [sent for sent in waiting if not outcome.stories[sent.receipt["code"]].is_settled]
        if time.perf_counter() > ends_at:
            return
        if waiting:
            await asyncio.sleep(SETTLE_STEP_S)


async def _in_parallel(phones: Phones, waiting: list[Sent], connections: int) -> list[dict[str, Any]]:
    gate = asyncio.Semaphore(connections)

    async def read(sent: Sent) -> dict[str, Any]:
        async with gate:
            return await phones.trace(sent)

    return await asyncio.gather(*(read(sent) for sent in waiting))


def _is_chosen(number: int, share: float) -> bool:
    return int((number + 1) * share) > int(number * share)
