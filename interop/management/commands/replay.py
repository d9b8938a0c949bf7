"""``replay FILE --rate N``: send a file's rows through the HTTP API as phones would, and say what became of
them.
"""

import asyncio
import ipaddress
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from interop.management.drafts import chosen_format
from interop.replay.figures import figures_of, verification_of
from interop.replay.phones import NoService, Phones
from interop.replay.run import Outcome, Plan, replay
from interop.sources import FORMATS, Format, SourceFile, SourceRow
from reports.models import Report


class Command(BaseCommand):
    """Only a service on this machine is ever sent to."""

    help = "Send the rows of a file through the HTTP API at a rate; print what became of them as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=FORMATS, default="boston_open311")
        parser.add_argument("--mapping", type=Path, help="what the columns of csv and geojson mean")
        parser.add_argument("--rate", type=float, required=True, help="reports a second")
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="the service, on this machine")
        parser.add_argument("--skip", type=int, default=0, help="leave out this many rows at the beginning")
        parser.add_argument("--limit", type=int, help="send no more than this many rows")
        parser.add_argument("--connections", type=int, default=16)
        parser.add_argument("--photos-share", type=float, default=0.05)
        parser.add_argument("--retry-share", type=float, default=0.1, help="share of reports sent twice")
        parser.add_argument(
            "--settle", type=float, default=60.0, help="seconds to wait for the last delivery"
        )
        parser.add_argument(
            "--verify", action="store_true", help="check digests, and that nothing is doubled"
        )
        parser.add_argument("--out", type=Path, help="write the figures to this file as well")

    def handle(self, **options: Any) -> None:
        _check(options)
        chosen = chosen_format(options["format"], options["mapping"])
        plan = Plan(
            options["rate"],
            options["connections"],
            options["photos_share"],
            options["retry_share"],
            options["settle"],
        )
        started_at = timezone.now()
        try:
            outcome = asyncio.run(self._replay(chosen, plan, options))
        except NoService as error:
            raise CommandError(str(error)) from error
        figures = figures_of(outcome)
        if options["verify"]:
            figures["verification"] = verification_of(outcome, _in_database(outcome, started_at))
        text = json.dumps(figures, ensure_ascii=False, indent=2)
        self.stdout.write(text)
        if options["out"]:
            options["out"].write_text(text + "\n", "utf-8")
        if options["verify"] and not figures["verification"]["is_verified"]:
            raise CommandError("The replay does not hold: see the figures.")

    async def _replay(self, chosen: Format, plan: Plan, options: dict[str, Any]) -> Outcome:
        rows = _rows(chosen, options)
        with tqdm(rows, total=options["limit"], unit=" reports", disable=None) as bar:
            async with Phones(options["url"], plan.connections) as phones:
                return await replay(phones, rows, plan, bar.update)


def _rows(chosen: Format, options: dict[str, Any]) -> Iterator[SourceRow]:
    """The good rows, as the file streams by."""
    first = options["skip"]
    last = None if options["limit"] is None else first + options["limit"]
    with SourceFile(options["file"]) as file:
        good = (item for item in chosen.read(file) if isinstance(item, SourceRow))
        yield from islice(good, first, last)


def _check(options: dict[str, Any]) -> None:
    host = urlsplit(options["url"]).hostname or ""
    is_here = host == "localhost"
    if not is_here:
        try:
            is_here = ipaddress.ip_address(host).is_loopback
        except ValueError:
            is_here = False
    if not is_here:
        raise CommandError(f"A replay is for a service on this machine, and {options['url']} is not.")
    if not options["file"].is_file():
        raise CommandError(f"There is no file {options['file']}.")
    if options["rate"] <= 0 or options["connections"] < 1:
        raise CommandError("The rate and the number of connections are more than zero.")


def _in_database(outcome: Outcome, started_at: datetime) -> int | None:
    """How many reports of phones came in since the start; None if this command sees another database."""
    codes = [sent.receipt["code"] for sent in outcome.sent if sent.is_accepted]
    if not codes or not Report.objects.filter(code=codes[0]).exists():
        return None
    return Report.objects.filter(created_at__gte=started_at, channel=Report.Channel.APP).count()
