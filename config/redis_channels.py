"""The channel layer of several processes, on Redis by publish and subscribe.

A process subscribes once to each group that anybody in it listens to, and the message is handed out here: a
map watched by thousands costs one message a process. Redis keeps nothing for whoever was away, so a listener
that may have missed something is told that it is behind, never left to guess: when it does not keep up, and
when the line to Redis was cut. It then connects again and says where it was.
"""

import asyncio
from typing import Any

from channels_redis.pubsub import (
    RedisPubSubChannelLayer,
    RedisPubSubLoopLayer,
    RedisSingleShardConnection,
)
from channels_redis.utils import _wrap_close  # it has no public name for closing with the loop
from redis.asyncio.client import PubSub

from config.channels import BEHIND


class RedisChannelLayer(RedisPubSubChannelLayer):  # type: ignore[misc]  # channels_redis has no types
    """Groups and channels of all processes.

    ``hosts`` as channels_redis takes them; ``capacity`` is the number of messages kept for one listener.
    """

    def __init__(self, capacity: int = 1000, **options: Any) -> None:
        super().__init__(**options)
        self._capacity = capacity
        self.behind: bytes = self.serialize(BEHIND)

    def _get_layer(self) -> "_LoopLayer":
        loop = asyncio.get_running_loop()
        if loop not in self._layers:
            self._layers[loop] = _LoopLayer(self._capacity, channel_layer=self, **self._kwargs)
            _wrap_close(self, loop)
        layer: _LoopLayer = self._layers[loop]
        return layer


class _LoopLayer(RedisPubSubLoopLayer):  # type: ignore[misc]  # as above
    """The share of one event loop: its listeners, and its line to each Redis."""

    _shards: "list[Any]"

    def __init__(self, capacity: int, **options: Any) -> None:
        super().__init__(**options)
        self._capacity = capacity
        self._shards = [_Shard(shard.host, self) for shard in self._shards]

    async def _subscribe_to_channel(self, channel: str) -> None:
        self.channels[channel] = _Mailbox(self._capacity, self.channel_layer.behind)
        await self._get_shard(channel).subscribe(channel)

    def tell_all_behind(self) -> None:
        """Something may have been said while nobody here could hear it."""
        for mailbox in self.channels.values():
            mailbox.put_nowait(self.channel_layer.behind)


class _Shard(RedisSingleShardConnection):  # type: ignore[misc]  # as above
    """The line to one Redis, which says when it had to be laid again."""

    _redis: Any

    def _ensure_redis(self) -> None:
        is_new = self._redis is None
        super()._ensure_redis()
        if is_new:
            self._pubsub = _Line(self._redis.connection_pool, self.channel_layer)


class _Line(PubSub):
    """A subscription that survives its connection; what was said between the two is lost."""

    def __init__(self, pool: Any, layer: _LoopLayer) -> None:
        super().__init__(pool)
        self._layer = layer

    async def on_connect(self, connection: Any) -> None:
        """Subscribe again on a new connection."""
        await super().on_connect(connection)
        self._layer.tell_all_behind()


class _Mailbox(asyncio.Queue[bytes]):
    """What waits for one listener, as Redis sent it; a full one takes ``behind`` once, then nothing."""

    def __init__(self, capacity: int, behind: bytes) -> None:
        super().__init__()
        self._capacity, self._behind = capacity, behind

    def put_nowait(self, item: bytes) -> None:
        if self.qsize() < self._capacity:
            super().put_nowait(item)
        elif self.qsize() == self._capacity:
            super().put_nowait(self._behind)
