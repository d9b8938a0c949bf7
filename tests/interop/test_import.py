"""``import_reports``: every row becomes one report, however often the file is read."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Producer
from interop.models import ImportedRow
from interop.positions import fallback_points
from interop.services import Import, categories_of, import_rows
from interop.sources import RowFault, SourceRow, format_of
from reports.events import verify_chain
from reports.models import Comment, Event, Report
from routing.models import Category
from tests.conftest import SmallCity
from tests.interop.files import items, mapping, plain, write_mapping
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
SEEN = datetime(2024, 5, 1, tzinfo=UTC)


@pytest.fixture
def load(city: SmallCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """``load({"what": "signal"}, …)``: import a plain CSV of ordinary rows with these changes; says what was
    told.
    """

    def run(*changes: dict[str, str], **options: Any) -> str:
        path = plain(tmp_path / "rows.csv", *changes)
        out = StringIO()
        call_command(
            "import_reports", "csv", path, mapping=write_mapping(tmp_path / "m.json"), stdout=out, **options
        )
        return out.getvalue() + capsys.readouterr().err

    return run


def kinds(report: Report) -> list[str]:
    return [str(event.kind) for event in report.events.order_by("pk")]


def test_an_open_row_becomes_a_public_report_at_its_own_time(
    load: Callable[..., str], city: SmallCity
) -> None:
    load({})

    report = Report.objects.get()
    assert (report.text, report.status, report.visibility, report.channel) == (
        "A deep hole.", "received", "public", "import",
    )  # fmt: skip
    assert (report.created_at, report.observed_at, report.reference[:5]) == (SEEN, SEEN, "2024-")
    assert (report.responsible, report.triage_reason) == (city.works, "")
    assert kinds(report) == ["report.submitted", "report.routed"]


def test_a_closed_row_walks_the_way_to_its_end(load: Callable[..., str], city: SmallCity) -> None:
    load({"state": "closed", "done": "2024-05-03 08:00", "answer": "Filled."})

    report = Report.objects.get()
    moves = [event.data for event in report.events.filter(kind=Event.Kind.STATUS).order_by("pk")]
    assert (report.status, report.reason) == ("resolved", "fixed")
    assert report.resolved_at == datetime(2024, 5, 3, tzinfo=UTC)
    assert [(move["old"], move["new"]) for move in moves] == [
        ("received", "assigned"),
        ("assigned", "resolved"),
    ]
    assert Comment.objects.get().organisation == city.works


def test_the_digests_of_an_imported_report_hold(load: Callable[..., str]) -> None:
    load({"state": "closed", "answer": "Filled."}, {})

    for report in Report.objects.all():
        verify_chain(report, list(report.events.order_by("pk")))


def test_only_open_reports_are_offered_as_tickets(load: Callable[..., str], relay: Callable[[], int]) -> None:
    load({"state": "closed"}, {})

    relay()

    assert {ticket.report.status for ticket in Ticket.objects.all()} == {"assigned"}


def test_reading_the_file_again_adds_only_what_is_new(load: Callable[..., str]) -> None:
    load({}, {})

    told = load({}, {}, {})

    assert Report.objects.count() == ImportedRow.objects.count() == 3
    assert "known                            2" in told


def test_a_row_that_is_twice_in_the_file_is_one_report(load: Callable[..., str]) -> None:
    load({"id": "7"}, {"id": "7"})

    assert Report.objects.count() == 1


def test_bad_rows_are_named_and_the_rest_is_loaded(load: Callable[..., str], tmp_path: Path) -> None:
    told = load({}, {"seen": "never"}, {"what": "unheard of"}, {}, errors=tmp_path / "errors.csv")

    assert Report.objects.count() == 2
    assert "line 3, 2: seen is no time: 'never'." in told
    assert list(csv.reader((tmp_path / "errors.csv").read_text().splitlines())) == [
        ["line", "source_id", "reason"],
        ["3", "2", "seen is no time: 'never'."],
        ["4", "3", "The city has no category 'unheard of'."],
    ]


def test_rows_of_unknown_categories_may_go_to_one_that_waits_for_them(load: Callable[..., str]) -> None:
    load({"what": "unheard of"}, other="noise")

    assert Report.objects.get().triage_reason == "nobody"
    assert ImportedRow.objects.get().category == "unheard of"


def test_a_category_is_known_by_what_the_source_calls_it(load: Callable[..., str], city: SmallCity) -> None:
    Category.objects.filter(code="signal").update(external_codes={"elsewhere": ["Ampel"]})

    load({"what": "Ampel"})

    assert Report.objects.get().category.code == "signal"


def test_a_private_category_stays_private(load: Callable[..., str]) -> None:
    load({"what": "taxi", "sort": "gripe"})

    report = Report.objects.get()
    assert (report.visibility, report.kind) == ("private", "complaint")


@pytest.mark.parametrize(
    ("changes", "position"),
    [
        ({}, "taken"),
        ({"lat": "", "lon": ""}, "missing"),
        ({"lat": "38.05", "lon": "114.5"}, "default_point"),
        ({"lat": "38.0428", "lon": "114.5149"}, "default_point"),
        ({"lat": "39.5", "lon": "114.5"}, "outside_city"),
    ],
)
def test_only_a_real_position_is_taken(
    changes: dict[str, str], position: str, load: Callable[..., str]
) -> None:
    load(changes)

    report = Report.objects.get()
    assert report.imported_row.position == position
    assert (report.cell is not None) == (report.latitude is not None) == (position == "taken")
    assert report.raw_latitude == (float(changes.get("lat", "38.05")) if changes.get("lat") != "" else None)
    assert report.address == "1 Main Street"


def test_a_point_for_addresses_all_over_the_city_is_a_geocoders_fallback(load: Callable[..., str]) -> None:
    far_apart = [{"where": f"{n} Some Street", "district": f"district {n % 3}"} for n in range(4)]

    load(*far_apart, {"lat": "38.06"})

    assert [row.position for row in ImportedRow.objects.order_by("pk")] == ["fallback"] * 4 + ["taken"]


def test_a_corner_that_is_often_reported_is_no_fallback(tmp_path: Path) -> None:
    changes = [{"where": f"{n} Main Street", "district": "west"} for n in range(50)]
    rows = items(format_of("csv", mapping()), plain(tmp_path / "rows.csv", *changes))

    assert fallback_points(row for row in rows if isinstance(row, SourceRow)) == frozenset()


def test_a_duplicate_points_at_the_head_of_its_chain(load: Callable[..., str]) -> None:
    closed = {"state": "closed"}
    load({"id": "a"}, {"id": "b", "same_as": "a", **closed})

    load(
        {"id": "c", "same_as": "b", **closed},
        {"id": "d", "same_as": "lost", **closed},
        {"id": "e", "same_as": "a"},
    )

    heads = {row.source_id: row.report.duplicate_of for row in ImportedRow.objects.all()}
    first = ImportedRow.objects.get(source_id="a").report
    assert heads == {"a": None, "b": first, "c": first, "d": None, "e": None}
    assert {row.report.status for row in ImportedRow.objects.filter(source_id__in="bc")} == {"duplicate"}


def test_each_report_has_a_producer_of_its_own(load: Callable[..., str]) -> None:
    load({}, {})

    assert Producer.objects.count() == 2


def batch(count: int, first: int, tmp_path: Path) -> list[SourceRow]:
    changes = [{"id": str(first + number), "state": "closed", "answer": "Done."} for number in range(count)]
    rows = items(format_of("csv", mapping()), plain(tmp_path / "rows.csv", *changes))
    return [row for row in rows if isinstance(row, SourceRow)]


def refuse_nothing(fault: RowFault) -> None:
    raise AssertionError(fault)


def test_a_batch_needs_few_statements_whatever_its_size(city: SmallCity, tmp_path: Path) -> None:
    run = Import(format_of("csv", mapping()), refuse_nothing)
    categories = categories_of("elsewhere")
    counts = []
    for count in (1, 15):
        rows = batch(count, first=100 * count, tmp_path=tmp_path)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            import_rows(rows, run, categories)
        counts.append(len([q for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]))

    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("csv", "nowhere.csv"), "There is no file"),
        (("csv", __file__), "needs a mapping"),
        (("tainan", __file__), "The file has no column"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(
    arguments: tuple[str, str], message: str, city: SmallCity
) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("import_reports", *arguments)


def test_an_import_needs_a_city(db: None, tmp_path: Path) -> None:
    path, known = plain(tmp_path / "rows.csv", {}), write_mapping(tmp_path / "m.json")

    with pytest.raises(CommandError, match="no category yet"):
        call_command("import_reports", "csv", path, mapping=known)
