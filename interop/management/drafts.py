"""What the commands that write a city have in common."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from interop.cities import bbox_of, learnt_city, read_areas, read_rows
from interop.sources import BadMapping, Format, format_of, load_mapping
from routing.city import load_city
from routing.drafting import CityFacts, code_of
from routing.errors import BrokenCity


def add_city_arguments(parser: ArgumentParser) -> None:
    """The arguments of every command that writes a city."""
    parser.add_argument("--mapping", type=Path, help="what the columns of csv and geojson mean")
    parser.add_argument("--areas", type=Path, nargs="*", default=[], help="GeoJSON files of named polygons")
    parser.add_argument("--name", help="the city's name; the source's own is the default")
    parser.add_argument("--out", type=Path, required=True, help="where to write the city document")
    parser.add_argument("--load", action="store_true", help="make it the city of this installation")


def chosen_format(name: str, mapping: Path | None) -> Format:
    """The format that the arguments ask for. Raises CommandError."""
    try:
        return format_of(name, load_mapping(mapping) if mapping else None)
    except (BadMapping, OSError) as error:
        raise CommandError(str(error)) from error


def write_city(chosen: Format, path: str, learn: int | None, options: dict[str, Any]) -> str:
    """Learn, write, perhaps load; returns what was done in a sentence. Raises CommandError."""
    try:
        rows = read_rows(chosen, Path(path))[:learn]
        areas = read_areas(options["areas"])
        if not rows:
            raise CommandError(f"There is no good row in {path}.")
        name = options["name"] or chosen.city
        facts = CityFacts(
            code=code_of(name),
            name=name,
            timezone=chosen.timezone,
            bbox=bbox_of(rows, areas),
            default_points=chosen.default_points,
            source=chosen.source,
        )
        document = learnt_city(rows, facts, areas)
    except (OSError, ValueError) as error:
        raise CommandError(str(error)) from error
    options["out"].write_text(json.dumps(document, ensure_ascii=False, indent=1), "utf-8")
    if options["load"]:
        _load(document)
    done = "loaded and written" if options["load"] else "written"
    return (
        f"{name}: {len(document['organisations'])} organisations, {len(document['areas'])} areas, "
        f"{len(document['categories'])} categories and {len(document['responsibilities'])} responsibilities, "
        f"learnt from {len(rows):,} rows, {done} to {options['out']}."
    )


def _load(document: dict[str, Any]) -> None:
    try:
        load_city(document)
    except BrokenCity as broken:
        faults = "; ".join(f"{fault['path']}: {fault['message']}" for fault in broken.errors[:10])
        raise CommandError(f"{broken} {faults}") from broken
