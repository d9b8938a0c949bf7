"""The channel layer of one process: any thread may speak, and every listener hears in order."""

import asyncio
import threading

import pytest
from asgiref.sync import async_to_sync
from channels.exceptions import ChannelFull

from config.channels import BEHIND, EmbeddedChannelLayer

BOUND_S = 5.0


async def heard(layer: EmbeddedChannelLayer, channel: str, count: int) -> list[int]:
    """The numbers of the next messages."""
    async with asyncio.timeout(BOUND_S):
        return [(await layer.receive(channel))["number"] for _ in range(count)]


def speak(layer: EmbeddedChannelLayer, group: str, numbers: range) -> None:
    for number in numbers:
        async_to_sync(layer.group_send)(group, {"type": "tell", "number": number})


async def test_a_listener_hears_what_another_thread_says_while_it_waits() -> None:
    layer = EmbeddedChannelLayer()
    channel = await layer.new_channel()
    await layer.group_add("square", channel)
    waiting = asyncio.create_task(heard(layer, channel, 50))
    await asyncio.sleep(0)

    threading.Thread(target=speak, args=(layer, "square", range(50))).start()

    assert await waiting == list(range(50))


async def test_everybody_in_a_group_hears_and_nobody_else() -> None:
    layer = EmbeddedChannelLayer()
    alice, bob, mona = [await layer.new_channel() for _ in range(3)]
    for channel, group in [(alice, "square"), (bob, "square"), (mona, "desk")]:
        await layer.group_add(group, channel)

    await layer.group_send("square", {"type": "tell", "number": 1})
    await layer.group_send("desk", {"type": "tell", "number": 2})

    assert await heard(layer, alice, 1) == [1]
    assert await heard(layer, bob, 1) == [1]
    assert await heard(layer, mona, 1) == [2]


async def test_who_left_a_group_hears_no_more() -> None:
    layer = EmbeddedChannelLayer()
    channel = await layer.new_channel()
    await layer.group_add("square", channel)
    await layer.group_discard("square", channel)

    await layer.group_send("square", {"type": "tell", "number": 1})
    await layer.send(channel, {"type": "tell", "number": 2})

    assert await heard(layer, channel, 1) == [2]


async def test_a_listener_that_has_gone_is_forgotten() -> None:
    layer = EmbeddedChannelLayer()
    channel = await layer.new_channel()
    await layer.group_add("square", channel)
    waiting = asyncio.create_task(layer.receive(channel))
    await asyncio.sleep(0)

    waiting.cancel()
    await asyncio.wait([waiting])

    assert layer._mailboxes == {}
    assert layer._groups == {}


async def test_a_listener_that_does_not_keep_up_is_told_so_once() -> None:
    layer = EmbeddedChannelLayer(capacity=2)
    channel = await layer.new_channel()
    await layer.group_add("square", channel)

    for number in range(5):
        await layer.group_send("square", {"type": "tell", "number": number})

    assert await heard(layer, channel, 2) == [0, 1]
    assert await layer.receive(channel) == BEHIND


async def test_a_full_mailbox_refuses_a_message_of_its_own() -> None:
    layer = EmbeddedChannelLayer(capacity=1)
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "tell", "number": 1})

    with pytest.raises(ChannelFull):
        await layer.send(channel, {"type": "tell", "number": 2})


def test_a_listener_on_a_loop_that_was_closed_harms_nobody() -> None:
    layer = EmbeddedChannelLayer()

    async def join() -> None:
        await layer.group_add("square", await layer.new_channel())

    asyncio.run(join())

    speak(layer, "square", range(1))
