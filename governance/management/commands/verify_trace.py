"""``manage.py verify_trace trace.json``: check a trace with nothing but the file."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.verify import verify


class Command(BaseCommand):
    """Checks the digests of a trace, and its proofs against the seals."""

    help = "Check a trace (JSON as the API gives it), its proofs and the seals they name. Asks nobody."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the trace")
        parser.add_argument(
            "--proof", type=Path, help="the proof of the same report; else the trace's own 'proofs'"
        )
        parser.add_argument(
            "--seals", type=Path, help="a list of seals that you trust; else the proof's own roots"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        trace = _read(options["file"])
        proof = _read(options["proof"]) if options["proof"] else None
        seals = _read(options["seals"]) if options["seals"] else None
        try:
            verdict = verify(
                trace,
                trace.get("proofs", []) if proof is None else _rows(proof),
                None if seals is None else {seal["code"]: seal["root"] for seal in _rows(seals)},
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CommandError(f"This is not a trace: {type(error).__name__} {error}.") from error
        for fault in verdict.faults:
            self.stderr.write(fault)
        if not verdict.is_good:
            raise CommandError("The trace does not verify.")
        self.stdout.write(
            f"The trace verifies: {verdict.event_count} events, {verdict.sealed_count} of them sealed."
        )


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from error


def _rows(document: Any) -> Any:
    """A list, or the results of a page of the API."""
    return document["results"] if isinstance(document, dict) else document
