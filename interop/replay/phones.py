"""A phone: writes a report, sends it, and again when no answer came. The one file here with httpx."""

import asyncio
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from interop.replay.pictures import picture
from interop.sources import SourceRow

TRIES = 6
TIMEOUT_S = 60.0
FIRST_WAIT_S = 0.1
# A phone that stands in the open knows its place this well.
ACCURACY_M = 15
NOTICE = "replay"
# A phone sends again after these, with the same key; they are counted.
BUSY = (409, 429, 500, 502, 503, 504)


class NoService(Exception):
    """Nothing at the address answers as a service of ours."""


@dataclass(frozen=True)
class Choice:
    """What the row's number decides: whether a photo goes with it, and whether it is sent twice."""

    number: int
    has_photo: bool
    is_sent_twice: bool


@dataclass
class Sent:
    """What became of one row: the receipt of an accepted report, or why it was refused."""

    source_id: str
    status: int = 0
    tries: int = 0
    seconds: float = 0.0
    refusals: tuple[str, ...] = ()
    receipt: Mapping[str, str] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    needs_triage: bool = False
    is_resent: bool = False
    is_same_again: bool = True

    @property
    def is_accepted(self) -> bool:
        return self.status == 201


class Phones:
    """Phones that share a few connections to one service."""

    def __init__(self, url: str, connections: int, transport: httpx.AsyncBaseTransport | None = None) -> None:
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._client = httpx.AsyncClient(
            base_url=f"{url.rstrip('/')}/api/v1/",
            limits=limits,
            timeout=TIMEOUT_S,
            headers={"Accept-Language": "en"},
            transport=transport,
        )

    async def __aenter__(self) -> "Phones":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def categories(self) -> dict[str, dict[str, Any]]:
        """The city's categories by name and by code, in lower case, in English and in Chinese.

        Raises NoService.
        """
        found: dict[str, dict[str, Any]] = {}
        for language in ("en", "zh-hans"):
            try:
                answer = await self._client.get("categories/", headers={"Accept-Language": language})
                groups = answer.raise_for_status().json()["groups"]
            except (httpx.HTTPError, ValueError, KeyError) as error:
                raise NoService(f"{self._client.base_url} gives no catalogue: {error!r}.") from error
            for group in groups:
                for category in group["categories"]:
                    found[category["name"].lower()] = found[category["code"].lower()] = category
        return found

    async def send(self, row: SourceRow, category: Mapping[str, Any], choice: Choice) -> Sent:
        """Send a row, and once more with the same key if it is one of those whose answer gets lost."""
        key = str(uuid.uuid4())
        content = _content(row, category, choice)
        sent = Sent(row.source_id)
        started = time.perf_counter()
        answer = await self._post(content, key, sent)
        sent.seconds = time.perf_counter() - started
        _read(answer, sent)
        if sent.is_accepted and choice.is_sent_twice:
            sent.is_resent = True
            again = await self._post(content, key, sent)
            sent.is_same_again = again is not None and again.content == getattr(answer, "content", None)
        return sent

    async def trace(self, sent: Sent) -> dict[str, Any]:
        """The verifiable story of a report, opened with its receipt."""
        code, secret = sent.receipt["code"], sent.receipt["secret"]
        for _ in range(TRIES):
            try:
                answer = await self._client.get(
                    f"reports/{code}/trace/", headers={"Authorization": f"Receipt {code}:{secret}"}
                )
            except httpx.TransportError:
                await asyncio.sleep(0.2)
                continue
            if answer.status_code == 200:
                return dict(answer.json())
            if answer.status_code not in BUSY:
                break
        return {}

    async def _post(self, content: Mapping[str, Any], key: str, sent: Sent) -> httpx.Response | None:
        """Post until there is an answer that stands; None when there was none after TRIES."""
        wait = FIRST_WAIT_S
        answer = None
        for _ in range(TRIES):
            sent.tries += 1
            try:
                answer = await self._client.post("reports/", headers={"Idempotency-Key": key}, **content)
            except httpx.TransportError as error:
                answer = None
                sent.troubles.append(type(error).__name__)
            if answer is not None and answer.status_code not in BUSY:
                return answer
            if answer is not None:
                sent.troubles.append(str(answer.status_code))
            await asyncio.sleep(_wait(answer, wait))
            wait *= 2
        return answer


def _wait(answer: httpx.Response | None, usual: float) -> float:
    """What the service asks for, but no longer than a test wants to wait."""
    asked = answer.headers.get("Retry-After", "") if answer is not None else ""
    return min(float(asked), 5.0) if asked.isdigit() else usual


def _content(row: SourceRow, category: Mapping[str, Any], choice: Choice) -> dict[str, Any]:
    """The request's body: JSON, or a form when there is a photo."""
    report: dict[str, Any] = {
        "kind": row.kind if row.kind in category["kinds"] else category["kinds"][0],
        "category": category["code"],
        "text": row.text or row.category,
        "language": row.language,
        "channel": "app",
    }
    if row.latitude is not None and row.longitude is not None:
        report |= {
            "latitude": row.latitude,
            "longitude": row.longitude,
            "accuracy_m": ACCURACY_M,
            "datum": row.datum,
        }
    if row.address:
        report["address"] = row.address[:300]
    if not choice.has_photo:
        return {"json": report}
    report |= {"consents": "publish_photo", "notice_version": NOTICE}
    return {"data": report, "files": {"photos": ("photo.png", picture(choice.number), "image/png")}}


def _read(answer: httpx.Response | None, sent: Sent) -> None:
    if answer is None:
        sent.refusals = ("no answer",)
        return
    sent.status = answer.status_code
    if sent.is_accepted:
        body = answer.json()
        sent.receipt = body["receipt"]
        sent.needs_triage = bool(body["report"]["needs_triage"])
        return
    sent.refusals = _reasons(answer)


def _reasons(answer: httpx.Response) -> tuple[str, ...]:
    """The codes of a problem's faults with the fields they are about; else its title."""
    try:
        problem = answer.json()
    except json.JSONDecodeError:
        return (f"status {answer.status_code}",)
    faults = problem.get("errors") or []
    named = tuple(sorted(f"{fault.get('pointer', '')}: {fault.get('code', '')}" for fault in faults))
    return named or (str(problem.get("title", answer.status_code)),)
