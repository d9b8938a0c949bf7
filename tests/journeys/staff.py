"""Somebody who works on reports, for a bureau or a firm, through the API with a token."""

from typing import Any

import httpx

from tests.journeys.server import until


class Worker:
    """A member of an organisation at their own screen, or their organisation's system."""

    def __init__(self, web: httpx.Client, token: str) -> None:
        self._web = web
        self._headers = {"Authorization": f"Token {token}"}

    def ticket(self, report: str, status: str = "offered") -> str:
        """Wait until my organisation holds a ticket of a report that stands so; returns its code."""
        return until(lambda: self._ticket(report, status), f"a ticket {status} on {report}")

    def accept(self, ticket: str) -> None:
        self._move(ticket, "accept")

    def start(self, ticket: str) -> None:
        self._move(ticket, "start")

    def decline(self, ticket: str, reason: str) -> None:
        self._move(ticket, "decline", reason=reason)

    def finish(self, ticket: str, text: str, proof: bytes | None = None) -> None:
        """Say that it is done, perhaps with a photo."""
        files = {"proof": ("proof.jpg", proof, "image/jpeg")} if proof else None
        self._send("POST", f"/tickets/{ticket}/done/", data={"text": text}, files=files)

    def countersign(self, ticket: str, text: str) -> None:
        self._move(ticket, "countersign", text=text)

    def mend(self, report: str) -> None:
        """The whole of an executor's work: take it, begin, and say that it is done."""
        ticket = self.ticket(report)
        self.accept(ticket)
        self.start(ticket)
        self.finish(ticket, "Filled and rolled.")

    def triage(self) -> dict[str, str]:
        """The reports that wait for my decision, each with why."""
        rows = self._send("GET", "/desk/triage/")["results"]
        return {row["code"]: row["triage_reason"] for row in rows}

    def assign(self, report: str, organisation: str, executor: str | None = None) -> None:
        """Decide who answers for a report, and who works on it."""
        decision = {"organisation": organisation, "executor": executor}
        self._send("POST", f"/desk/reports/{report}/assign/", json=decision)

    def delivered(self) -> list[str]:
        """The webhook-ids of everything that my organisation's endpoint has accepted."""
        [endpoint] = self._send("GET", "/endpoints/")["results"]
        path, params = f"/endpoints/{endpoint['code']}/deliveries/", {"state": "delivered", "limit": 200}
        return [row["code"] for row in self._send("GET", path, params=params)["results"]]

    def listen_at(self, url: str) -> str:
        """Register a webhook endpoint for my organisation; returns its secret."""
        return str(self._send("POST", "/endpoints/", json={"url": url})["secret"])

    def _ticket(self, report: str, status: str) -> str | None:
        found = self._send("GET", "/tickets/", params={"report": report, "status": status})["results"]
        return str(found[0]["code"]) if found else None

    def _move(self, ticket: str, move: str, **given: Any) -> None:
        self._send("POST", f"/tickets/{ticket}/{move}/", json=given or None)

    def _send(self, method: str, path: str, **parts: Any) -> dict[str, Any]:
        answer = self._web.request(method, path, headers=self._headers, **parts)
        assert answer.is_success, f"{answer.request.url}: {answer.status_code} {answer.text}"
        body: dict[str, Any] = answer.json()
        return body
