"""The channel layer of several processes: nobody misses anything unknowingly."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import redis.asyncio

from config.channels import BEHIND
from config.redis_channels import RedisChannelLayer

REDIS_URL = os.environ.get("REDIS_URL", "")
NAME = f"layer-{os.getpid()}"
BOUND_S = 10.0
pytestmark = pytest.mark.skipif(not REDIS_URL, reason="REDIS_URL names no Redis")


@asynccontextmanager
async def layer_of(capacity: int = 100) -> AsyncIterator[RedisChannelLayer]:
    layer = RedisChannelLayer(hosts=[{"address": REDIS_URL, "client_name": NAME}], capacity=capacity)
    try:
        async with asyncio.timeout(BOUND_S):
            yield layer
    finally:
        await layer.flush()


async def test_another_process_is_heard_in_order() -> None:
    async with layer_of() as here, layer_of() as there:
        channel = await here.new_channel()
        await here.group_add("square", channel)
        for number in range(20):
            await there.group_send("square", {"type": "tell", "number": number})
        assert [(await here.receive(channel))["number"] for _ in range(20)] == list(range(20))


async def test_who_does_not_keep_up_is_told_once_and_loses_nothing_before() -> None:
    async with layer_of(capacity=3) as layer:
        slow, other = await layer.new_channel(), await layer.new_channel()
        for channel in (slow, other):
            await layer.group_add("square", channel)
        for number in range(8):
            await layer.group_send("square", {"type": "tell", "number": number})
            assert (await layer.receive(other))["number"] == number
        heard = [await layer.receive(slow) for _ in range(4)]
        assert [message.get("number") for message in heard] == [0, 1, 2, None]
        assert heard[-1] == BEHIND


async def test_a_line_that_was_cut_is_laid_again_and_every_listener_is_told() -> None:
    async with layer_of() as layer, layer_of() as there:
        channels = [await layer.new_channel() for _ in range(2)]
        for channel in channels:
            await layer.group_add("square", channel)
        async with redis.asyncio.from_url(REDIS_URL) as client:
            lines = [line for line in await client.client_list(_type="pubsub") if line["name"] == NAME]
            assert len(lines) == 1
            await client.client_kill_filter(_id=lines[0]["id"])

        assert [await layer.receive(channel) for channel in channels] == [BEHIND, BEHIND]

        await there.group_send("square", {"type": "tell", "number": 1})
        assert (await layer.receive(channels[0]))["number"] == 1


async def test_a_listener_that_goes_leaves_at_once() -> None:
    async with layer_of() as layer:
        waiting = asyncio.create_task(layer.receive(await layer.new_channel()))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert layer._get_layer().channels == {}
