"""``import_reports FORMAT FILE``: take in the reports of another system; run it again and it goes on."""

import csv
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from interop.positions import fallback_points
from interop.services import BATCH, Import, categories_of, import_rows, refuse
from interop.sources import (
    FORMATS,
    BadMapping,
    Format,
    Item,
    RowFault,
    SourceFile,
    SourceRow,
    Unreadable,
    format_of,
    load_mapping,
)
from reports.relay import relay_events


class Command(BaseCommand):
    help = "Import reports of another system. Bad rows are named on standard error; the rest is loaded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("format", choices=FORMATS)
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, help="what the columns of csv and geojson mean")
        parser.add_argument("--limit", type=int, help="read no more than this many rows")
        parser.add_argument("--errors", type=Path, help="write bad rows to this CSV file as well")
        parser.add_argument(
            "--other", default="", help="code of the category for rows whose own is unknown here"
        )
        parser.add_argument(
            "--relay", action="store_true", help="hand the events to their readers at the end"
        )

    def handle(self, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            chosen = format_of(options["format"], _mapping(options["mapping"]))
            tally = self._run(chosen, path, options)
        except (BadMapping, Unreadable) as error:
            raise CommandError(str(error)) from error
        if options["relay"]:
            tally["events relayed"] = relay_events()
        for name, count in sorted(tally.items()):
            self.stdout.write(f"{name:24} {count:>9,}")

    def _run(self, chosen: Format, path: Path, options: dict[str, Any]) -> dict[str, int]:
        with ExitStack() as stack:
            tell = self._teller(stack, options["errors"])
            doubted = _doubted(chosen, path)
            run = Import(chosen, tell, options["other"].lower(), doubted)
            categories = categories_of(chosen.source)
            if not categories:
                raise CommandError("The city has no category yet: load one with load_city or sketch_city.")
            file = stack.enter_context(SourceFile(path))
            bar = stack.enter_context(tqdm(total=file.size, unit="B", unit_scale=True, desc=path.name))
            for items in batches(islice(chosen.read(file), options["limit"])):
                for item in items:
                    if isinstance(item, RowFault):
                        refuse(item, run)
                run.tally["read"] += len(items)
                import_rows([item for item in items if isinstance(item, SourceRow)], run, categories)
                bar.update(file.position - bar.n)
                bar.set_postfix(
                    loaded=run.tally["loaded"], known=run.tally["known"], refused=run.tally["refused"]
                )
        return dict(run.tally)

    def _teller(self, stack: ExitStack, path: Path | None) -> Any:
        """What tells of a bad row: standard error, and a CSV file if one is wanted."""
        writer = None
        if path is not None:
            errors: IO[str] = stack.enter_context(
                path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
            )
            writer = csv.writer(errors)
            writer.writerow(["line", "source_id", "reason"])

        def tell(fault: RowFault) -> None:
            tqdm.write(f"line {fault.line}, {fault.source_id or 'no id'}: {fault.reason}", file=sys.stderr)
            if writer:
                writer.writerow([fault.line, fault.source_id, fault.reason])

        return tell


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Cut a stream into lists of at most BATCH."""
    stream = iter(items)
    while batch := list(islice(stream, BATCH)):
        yield batch


def _mapping(path: Path | None) -> Any:
    if path is None:
        return None
    if not path.is_file():
        raise CommandError(f"There is no mapping file {path}.")
    return load_mapping(path)


def _doubted(chosen: Format, path: Path) -> frozenset[tuple[float, float]]:
    """Read the file once for the points on which its geocoder fell back."""
    with SourceFile(path) as file:
        return fallback_points(item for item in chosen.read(file) if isinstance(item, SourceRow))
