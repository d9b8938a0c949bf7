"""A phone comes back with a hundred reports over a line that breaks: a hundred arrive, once each."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.journeys.queue import BadLine, Fate, Queued, form, picture, place_of, queue_of
from tests.journeys.server import Server, Template, until

pytestmark = pytest.mark.journey

BATCH = 25
# Fifty at once, then five in two seconds: a queue of a hundred has to wait in between.
LIMITS = {"LIMITS_SCALE": "1", "LIMITS": "report.first=50/20s,photo.first=100/m,batch.first=100/m"}


@pytest.fixture(scope="module")
def server(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(template.copy(tmp_path_factory.mktemp("offline") / "var"), **LIMITS)
    server.start()
    yield server
    assert server.stop() == 0, server.log()


def send_alone(line: BadLine, queued: Queued) -> str:
    """Send one report, with its photo if it has one; returns its code."""
    if queued.has_photo:
        content_type, body = form(queued.body, [("photos", picture(queued.number))])
    else:
        content_type, body = "application/json", json.dumps(queued.body).encode()
    answer = line.insist("/reports/", content_type, body, {"Idempotency-Key": f'"{queued.key}"'})
    assert answer.status == 201, (answer, line.server.log())
    return str(answer.body["receipt"]["code"])


def send_together(line: BadLine, queue: list[Queued]) -> dict[str, dict[str, Any]]:
    """Send reports in batches until each has its answer; returns the receipts by key."""
    receipts: dict[str, dict[str, Any]] = {}
    while waiting := [queued for queued in queue if queued.key not in receipts][:BATCH]:
        items = [{"idempotency_key": queued.key, "report": queued.body} for queued in waiting]
        body = json.dumps({"items": items}).encode()
        answer = line.insist("/reports/batch/", "application/json", body, {})
        assert answer.status == 200, (answer, line.server.log())
        results = answer.body["results"]
        assert [result["idempotency_key"] for result in results] == [queued.key for queued in waiting]
        for result in results:
            assert result["status"] in (201, 409, 429), result
            if result["status"] == 201:
                receipts[result["idempotency_key"]] = result["body"]["receipt"]
        if waits := [result["retry_after_s"] for result in results if result["retry_after_s"]]:
            line.refusals[429] = line.refusals.get(429, 0) + len(waits)
            threading.Event().wait(max(waits))
    return receipts


def add_photo(line: BadLine, queued: Queued, receipt: dict[str, Any]) -> None:
    content_type, body = form({}, [("file", picture(queued.number))])
    headers = {
        "Idempotency-Key": f"photo-{queued.key}",
        "Authorization": f"Receipt {receipt['code']}:{receipt['secret']}",
    }
    answer = line.insist(f"/reports/{receipt['code']}/photos/", content_type, body, headers)
    assert answer.status == 201, (answer, line.server.log())


def arrived(server: Server, name: str) -> list[dict[str, Any]]:
    """The reports in the database, as they came, with the number of their photos."""
    rows = sqlite3.connect(f"file:{server.folder}/commonway.sqlite3?mode=ro", uri=True)
    rows.row_factory = sqlite3.Row
    try:
        found = rows.execute(
            "SELECT code, text, observed_at, created_at, latitude, longitude, datum,"
            " (SELECT count(*) FROM reports_photo p WHERE p.report_id = r.id) AS photos"
            " FROM reports_report r WHERE text LIKE ? ORDER BY id",
            [f"{name} %"],
        )
        return [dict(row) for row in found]
    finally:
        rows.close()


def check(server: Server, name: str, queue: list[Queued], codes: list[str]) -> None:
    """Exactly the queue: each once, in its order, seen when and where it was seen, with its one photo."""
    check_rows(arrived(server, name), queue, codes)


def check_rows(rows: list[dict[str, Any]], queue: list[Queued], codes: list[str]) -> None:

    assert [row["text"] for row in rows] == [queued.body["text"] for queued in queue]
    assert [row["code"] for row in rows] == codes
    seen = [datetime.fromisoformat(row["observed_at"]).replace(tzinfo=UTC) for row in rows]
    assert seen == [queued.observed_at for queued in queue]
    assert all(row["created_at"] > row["observed_at"] for row in rows)
    assert [row["photos"] for row in rows] == [int(queued.has_photo) for queued in queue]
    assert [row["datum"] for row in rows] == [queued.body["datum"] for queued in queue]
    for row, queued in zip(rows, queue, strict=True):
        assert (row["latitude"], row["longitude"]) == pytest.approx(place_of(queued.number), abs=2e-6)


def test_a_queue_sent_three_times_over_a_bad_line_arrives_once(server: Server) -> None:
    queue = queue_of("Alone", 100)
    line = BadLine(server, seed=17, loss=0.4)

    times = [[send_alone(line, queued) for queued in queue] for _ in range(3)]

    assert times[0] == times[1] == times[2]
    check(server, "Alone", queue, times[0])
    assert set(line.losses) == {Fate.CUT, Fate.DEAF, Fate.IMPATIENT}
    assert sum(line.losses.values()) > 100
    assert line.refusals.get(429, 0) > 0


def test_a_queue_sent_three_times_in_batches_arrives_once(server: Server) -> None:
    queue = queue_of("Together", 100)
    line = BadLine(server, seed=23, loss=0.5)

    times = [send_together(line, queue) for _ in range(3)]
    for _ in range(3):
        for queued in queue:
            if queued.has_photo:
                add_photo(line, queued, times[0][queued.key])

    assert times[0] == times[1] == times[2]
    # Of a batch that is sent again while it is still being answered, the two go on side by side.
    rows = sorted(arrived(server, "Together"), key=lambda row: str(row["observed_at"]))
    check_rows(rows, queue, [times[0][queued.key]["code"] for queued in queue])
    assert sum(line.losses.values()) > 10
    assert line.refusals.get(429, 0) > 0


def test_a_server_killed_in_the_middle_has_each_report_once(server: Server) -> None:
    queue = queue_of("Killed", 45)
    line = BadLine(server, seed=29, loss=0.2)
    codes: list[str] = []
    failed: list[Exception] = []

    def send() -> None:
        try:
            codes.extend(send_alone(line, queued) for queued in queue)
        except (AssertionError, OSError) as error:
            failed.append(error)

    phone = threading.Thread(target=send)
    phone.start()
    until(lambda: len(arrived(server, "Killed")) >= 10, "ten reports")
    server.kill()
    server.start()
    phone.join(120)

    assert failed == []
    check(server, "Killed", queue, codes)
    assert httpx.get(f"{server.url}/health", timeout=30).status_code == 200
