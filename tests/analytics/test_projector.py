"""From events to the lake: each event once, whatever dies, and nothing that was erased or withdrawn."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from django.conf import settings
from django.core.management import call_command
from django.db.models import Max
from django.utils import timezone

from accounts.models import Consent
from analytics import lake, projector, tasks
from analytics.arrow import rows_of
from analytics.errors import Overtaken
from analytics.models import ProjectionCursor
from reports.models import Event, Report
from reports.workflow import Visibility
from tests.conftest import Maker

pytestmark = pytest.mark.django_db

Relay = Callable[[], int]


def rows() -> list[dict[str, Any]]:
    """Every row of the lake in the order of its events."""
    table = lake.open_table()
    assert table is not None
    found: list[dict[str, Any]] = table.to_pyarrow_table().sort_by("seq").to_pylist()
    return found


def seqs() -> list[int]:
    return [row["seq"] for row in rows()]


def every_seq() -> list[int]:
    return [seq for seq in Event.objects.order_by("seq").values_list("seq", flat=True) if seq is not None]


@pytest.fixture
def report(make: Maker, relay: Relay) -> Report:
    """One report of the west, in the lake."""
    report = make.report(text="A secret garden.", visibility=Visibility.PUBLIC)
    relay()
    tasks.project()
    return report


def test_every_event_becomes_one_row(report: Report) -> None:
    first, second = rows()

    assert [first["event"], second["event"]] == ["report.submitted", "report.routed"]
    assert first["contribution"] == "report"
    assert first["report"] == report.code
    assert first["category"] == "pothole"
    assert first["category_group"] == "safety"
    assert first["organisation"] == second["organisation"] == "works"
    assert first["received_at"] == report.created_at
    assert second["contribution"] is None


def test_projecting_again_adds_nothing(report: Report) -> None:
    assert projector.project() == 0
    assert seqs() == every_seq()


def test_new_events_follow_the_old_ones(report: Report, make: Maker, relay: Relay) -> None:
    make.submitted()
    relay()

    assert projector.project() == 2
    assert seqs() == every_seq()
    assert ProjectionCursor.objects.get().seq == 4


def test_an_event_that_is_not_relayed_waits(report: Report, make: Maker) -> None:
    make.submitted()

    assert projector.project() == 0


def test_a_long_backlog_comes_in_several_commits(
    make: Maker, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "BATCH", 3)
    for _ in range(4):
        make.submitted()
    relay()

    assert projector.project() == 8
    assert seqs() == every_seq()


def test_dying_between_the_commit_and_the_cursor_neither_loses_nor_doubles(
    make: Maker, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.submitted()
    relay()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as power_cut:
        power_cut.setattr(projector, "_save", die)
        with pytest.raises(KeyboardInterrupt):
            projector.project()
    make.submitted()
    relay()

    projector.project()

    assert seqs() == every_seq()
    assert ProjectionCursor.objects.get().seq == 4


def test_dying_before_the_commit_neither_loses_nor_doubles(
    make: Maker, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.submitted()
    relay()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as power_cut:
        power_cut.setattr(lake, "append", die)
        with pytest.raises(KeyboardInterrupt):
            projector.project()

    projector.project()

    assert seqs() == every_seq()


def test_of_two_projectors_at_once_one_writes(
    report: Report, make: Maker, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.submitted()
    relay()
    append = lake.append

    def append_after_another(*args: Any) -> None:
        monkeypatch.setattr(lake, "append", append)
        assert projector.project() == 2
        append(*args)

    monkeypatch.setattr(lake, "append", append_after_another)

    assert projector.project() == 0
    assert seqs() == every_seq()


def test_of_two_projectors_that_start_a_lake_the_slower_is_told() -> None:
    nothing = rows_of([], "salt")
    lake.create(lake.CONTRIBUTIONS, nothing, "first")
    with pytest.raises(Overtaken):
        lake.create(lake.CONTRIBUTIONS, nothing, "second")


def test_a_lost_lake_is_written_again(report: Report) -> None:
    lake.drop(lake.CONTRIBUTIONS)

    assert projector.project() == 2
    assert seqs() == every_seq()


def test_the_lake_of_another_database_is_replaced_as_a_whole(report: Report) -> None:
    ProjectionCursor.objects.all().delete()

    assert projector.project() == 2
    assert seqs() == every_seq()
    assert [cursor.name for cursor in ProjectionCursor.objects.all()] == [lake.CONTRIBUTIONS]


# --- Erasure and consent --------------------------------------------------------------------------------


def erase(report: Report) -> None:
    """What the erasure of a report leaves for the readers of events."""
    Report.objects.filter(pk=report.pk).update(visibility=Visibility.ERASED)
    seq = (Event.objects.aggregate(last=Max("seq"))["last"] or 0) + 1
    Event.objects.create(
        report=report, kind=Event.Kind.ERASED, at=timezone.now(), by_kind="producer", digest="0" * 64, seq=seq
    )


def parquet_bytes() -> bytes:
    folder = Path(settings.LAKE_URL)
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_an_erased_report_leaves_the_lake_and_its_files(make: Maker, relay: Relay) -> None:
    gone, kept = make.report(), make.report()
    relay()
    projector.project()
    assert gone.code.encode() in parquet_bytes()
    erase(gone)

    projector.project()

    assert {row["report"] for row in rows()} == {kept.code}
    assert gone.code.encode() not in parquet_bytes()


def test_earlier_versions_of_the_lake_cannot_be_read_after_an_erasure(report: Report) -> None:
    version = DeltaTable(lake.url_of(lake.CONTRIBUTIONS)).version()

    assert projector.forget(report.code) == 2

    with pytest.raises(OSError, match="No such file"):
        DeltaTable(lake.url_of(lake.CONTRIBUTIONS), version=version).to_pyarrow_table()


def test_a_report_erased_before_it_was_read_never_enters(make: Maker, relay: Relay) -> None:
    report = make.report()
    relay()
    erase(report)

    assert projector.project() == 3
    assert rows() == []


def test_dying_amid_an_erasure_still_erases(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    erase(report)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as power_cut:
        power_cut.setattr(lake, "append", die)
        with pytest.raises(KeyboardInterrupt):
            projector.project()

    projector.project()

    assert rows() == []


def test_forgetting_what_is_not_there_forgets_nothing(report: Report) -> None:
    assert projector.forget("nothing") == 0
    assert seqs() == every_seq()


def consent_of(report: Report, **fields: Any) -> None:
    Consent.objects.create(
        producer=report.producer, purpose=Consent.Purpose.SERVICE_DESIGN, notice_version="1", **fields
    )


def test_a_withdrawn_consent_excludes_at_the_next_build(report: Report, make: Maker, relay: Relay) -> None:
    other = make.report()
    relay()
    projector.project()
    assert tasks.rebuild_if_due() == 0
    consent_of(report, given_at=report.created_at, withdrawn_at=timezone.now())

    assert tasks.rebuild_if_due() == 4

    assert {row["report"] for row in rows()} == {other.code}
    assert tasks.rebuild_if_due() == 0


def test_a_consent_given_again_counts(report: Report) -> None:
    consent_of(report, given_at=report.created_at, withdrawn_at=timezone.now())
    consent_of(report)

    projector.rebuild()

    assert {row["report"] for row in rows()} == {report.code}


# --- Builds ---------------------------------------------------------------------------------------------


def test_a_new_build_has_other_producers(report: Report) -> None:
    before = {row["producer"] for row in rows()}

    call_command("project_lake", rebuild=True, verbosity=0)

    after = {row["producer"] for row in rows()}
    assert len(before) == len(after) == 1
    assert before != after


@pytest.mark.parametrize("step", ["_place", "_finish"])
def test_a_build_that_dies_at_its_end_is_finished_by_the_next(
    report: Report, make: Maker, relay: Relay, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as power_cut:
        power_cut.setattr(projector, step, die)
        with pytest.raises(KeyboardInterrupt):
            projector.rebuild()
    make.submitted()
    relay()

    projector.project()
    assert seqs() == every_seq()
    tasks.rebuild_if_due()

    assert seqs() == every_seq()
    assert [path.name for path in Path(settings.LAKE_URL).iterdir()] == ["contributions"]
    assert ProjectionCursor.objects.get().name == lake.CONTRIBUTIONS


def test_a_build_under_way_is_not_read(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    place = projector._place

    def look(build: ProjectionCursor) -> None:
        assert projector.project() == 0
        assert seqs() == every_seq()
        place(build)

    monkeypatch.setattr(projector, "_place", look)

    assert projector.rebuild() == 2
    assert seqs() == every_seq()


def test_tidying_joins_files_and_keeps_rows(make: Maker, relay: Relay) -> None:
    for _ in range(3):
        make.submitted()
        relay()
        projector.project()

    tasks.tidy()

    table = lake.open_table()
    assert table is not None
    assert len(table.file_uris()) == 1
    assert seqs() == every_seq()
    assert projector.project() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_projecting_costs_the_same_statements_whatever_the_number(
    make: Maker, relay: Relay, count: int, django_assert_num_queries: Any
) -> None:
    projector.project()
    for _ in range(count):
        make.submitted()
    relay()

    # A build under way, the cursor, its events, who withdrew, the cursor's new place, and no more events.
    with django_assert_num_queries(6):
        projector.project()
