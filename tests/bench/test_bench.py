"""The bench's own tools: what it sends, what it understands and what it prints."""

import asyncio
from contextlib import suppress
from typing import Any

from bench.__main__ import table
from bench.phones import Phone, Plan, request, send_all
from bench.stage import procfile


def test_a_table_lines_up_and_says_the_rest_behind() -> None:
    rows: list[dict[str, Any]] = [
        {
            "name": "intake",
            "value": 312.4,
            "unit": "requests/s",
            "floor": 1200.0,
            "ratio": 0.26,
            "statements": 6,
        },
        {"name": "relay", "value": 99.5, "unit": "events/s", "floor": None, "ratio": None},
    ]

    assert table(rows).splitlines() == [
        "name    value  unit        floor  ratio",
        "intake    312  requests/s  1,200   0.26  statements 6",
        "relay   99.50  events/s        –      –",
    ]


def test_a_request_counts_the_bytes_of_its_body() -> None:
    head, _, body = request("POST", "/api/v1/reports/", {"text": "坑"}, Idempotency_Key="a-key").partition(
        "\r\n\r\n"
    )

    assert head.splitlines()[0] == "POST /api/v1/reports/ HTTP/1.1"
    assert "Idempotency-Key: a-key" in head.splitlines()
    assert f"Content-Length: {len(body.encode())}" in head.splitlines()


async def test_an_answer_in_pieces_is_one_answer() -> None:
    phone = Phone()
    phone.answer = asyncio.get_running_loop().create_future()

    for piece in (b"HTTP/1.1 201 Created\r\ncontent-", b"length: 4\r\n\r\nab", b"cd"):
        phone.data_received(piece)

    assert await phone.answer == (201, 4)


async def test_each_request_is_sent_once_and_every_answer_counted() -> None:
    farewells: list[asyncio.Event] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        farewells.append(gone := asyncio.Event())
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        tally = await send_all(Plan(port, [request("GET", "/")] * 7, seconds=60, warm_up=1, connections=3))
        await asyncio.gather(*(gone.wait() for gone in farewells))

    assert tally.statuses == {200: 7}
    assert len(tally.milliseconds) == 4


def test_the_web_processes_are_those_of_the_procfile_on_the_loopback() -> None:
    command = procfile("web")[-1]

    assert "--host 127.0.0.1" in command
    assert "config.wsgi:application" in command
