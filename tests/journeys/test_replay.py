"""Rows of a file, sent as phones would: all arrive once, all are with somebody, all chains hold."""

import asyncio
from datetime import UTC, datetime

import pytest

from interop.replay.figures import figures_of, verification_of
from interop.replay.phones import Phones
from interop.replay.run import Outcome, Plan, replay
from interop.sources import SourceRow
from tests.journeys.city import EAST, WEST
from tests.journeys.conftest import Town

pytestmark = pytest.mark.journey

PLAN = Plan(rate=500, connections=8, photos_share=0.1, retry_share=0.25, settle_s=60)
SEA = (10.0, 20.0)


def row(number: int, category: str, at: tuple[float, float]) -> SourceRow:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    latitude, longitude = at
    return SourceRow(
        str(number), number, category, moment, text="Seen.", latitude=latitude, longitude=longitude
    )


def replayed(town: Town, rows: list[SourceRow]) -> Outcome:
    async def all_of_it() -> Outcome:
        async with Phones(town.server.url, PLAN.connections) as phones:
            return await replay(phones, rows, PLAN, lambda _: None)

    return asyncio.run(all_of_it())


def test_a_replay_loses_nothing_and_doubles_nothing(town: Town) -> None:
    places = [WEST, EAST]
    potholes = [row(number, "Pothole", places[number % 2]) for number in range(30)]
    noises = [row(number, "Noise", WEST) for number in range(5)]

    outcome = replayed(town, [*potholes, *noises, row(99, "Pothole", SEA)])

    figures, verification = figures_of(outcome), verification_of(outcome, None)
    assert verification["is_verified"], verification
    assert (figures["accepted"], figures["delivered"], figures["triaged"], figures["lost"]) == (35, 30, 5, 0)
    assert figures["refused_by_reason"] == {"#/latitude: outside_city": 1}
    assert (figures["sent_twice"], figures["answered_differently"]) == (9, 0)
