"""The questions on small tables whose answers can be counted by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from h3.api import basic_int as h3

from analytics import lake as store
from analytics import queries
from analytics.arrow import table_of
from analytics.backends import run
from analytics.contributions import OTHER, SETS_STANDING, STANDING, report_key
from analytics.release import K

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HERE = h3.latlng_to_cell(38.0428, 114.5149, 9)
FAR_AWAY = h3.latlng_to_cell(38.4, 114.9, 9)


class Lake:
    """Rows of contributions, written as a test names them."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(self, report: str, event: str = "report.submitted", **columns: Any) -> None:
        """The next event of a report."""
        earlier = [row for row in self.rows if row["report"] == report]
        ordinary = {
            "contribution": None,
            "happened_at": NOW,
            "received_at": NOW,
            "cell": HERE,
            "category": "pothole",
            "category_group": "safety",
            "kind": "problem",
            "organisation": "works",
            "status": "received",
            "visibility": "public",
            "channel": "app",
            "resolve_by": NOW + timedelta(days=1),
            "hours_to_acknowledge": None,
            "hours_to_resolve": None,
            "resolved_on_time": None,
            "producer": len(self.rows) + 1,
            "month": "2026-03",
        }
        part = STANDING if event in SETS_STANDING else OTHER
        self.rows.append(
            {
                **(earlier[-1] if earlier else ordinary),
                "seq": len(self.rows) + 1,
                "report": report,
                "report_key": report_key(report),
                "event": event,
                "part": part,
                **columns,
            }
        )

    def resolve(self, report: str, hours: float, *, on_time: bool = True, **columns: Any) -> None:
        """The report is resolved after so many hours."""
        ended = {"status": "resolved", "hours_to_resolve": hours, "resolved_on_time": on_time}
        self.add(report, "report.status", **ended, **columns)

    def ask(self, question: str, **parameters: Any) -> list[dict[str, Any]]:
        """The answer of the backend that the settings name."""
        store.drop(store.CONTRIBUTIONS)
        table = store.create(store.CONTRIBUTIONS, table_of(self.rows), "build")
        return run(queries.QUESTIONS[question](as_of=NOW, **parameters), table.file_uris())

    def open(self, channel: str = "all") -> dict[str, dict[str, Any]]:
        """Open reports by organisation, of one channel."""
        rows = self.ask("open-by-organisation")
        return {row.pop("organisation"): row for row in rows if row.pop("channel") == channel}


@pytest.fixture
def lake() -> Lake:
    return Lake()


# --- Open by organisation -------------------------------------------------------------------------


def test_a_report_counts_as_it_stands_now(lake: Lake) -> None:
    lake.add("a")
    lake.add("a", "report.routed", organisation="traffic")
    lake.add("a", "report.status", status="assigned")

    assert {name: row["open"] for name, row in lake.open().items()} == {"traffic": 1}


def test_rows_that_change_nothing_do_not_count(lake: Lake) -> None:
    lake.add("a")
    lake.resolve("a", 3)
    lake.add("a", "report.supported", status="received")

    assert lake.open()["works"]["open"] == 0


def test_a_report_nobody_answers_for_any_more_is_nobodys(lake: Lake) -> None:
    lake.add("a")
    lake.add("a", "report.routed", organisation="")

    assert list(lake.open()) == [""]


def test_overdue_is_open_past_its_moment(lake: Lake) -> None:
    lake.add("late", resolve_by=NOW - timedelta(hours=1))
    lake.add("in time")
    lake.add("without a moment", resolve_by=None)
    lake.add("late but done", resolve_by=NOW - timedelta(hours=1))
    lake.resolve("late but done", 3, on_time=False)

    found = lake.open()["works"]

    assert (found["open"], found["overdue"]) == (3, 1)
    assert (found["resolved"], found["resolved_on_time"], found["resolved_late"]) == (1, 0, 1)
    assert (found["reports"], found["producers"]) == (4, 4)


@pytest.mark.parametrize(
    ("visibility", "count"), [("held", 1), ("public", 1), ("private", 1), ("hidden", 0), ("erased", 0)]
)
def test_work_is_counted_before_it_is_screened_and_hidden_reports_are_not(
    lake: Lake, visibility: str, count: int
) -> None:
    lake.add("a", visibility="public")
    lake.add("a", "report.visibility", visibility=visibility)

    assert sum(row["open"] for row in lake.open().values()) == count


def test_channels_stand_beside_the_whole(lake: Lake) -> None:
    lake.add("a")
    lake.add("b", channel="phone")
    lake.add("c", channel="phone")

    assert lake.open("all")["works"]["open"] == 3
    assert lake.open("phone")["works"]["open"] == 2


# --- Hours to resolution --------------------------------------------------------------------------


def test_hours_are_medians_and_percentiles_of_reports_that_stand_resolved(lake: Lake) -> None:
    for hours in range(1, 12):
        lake.add(str(hours))
        lake.resolve(str(hours), hours)
    lake.add("open")
    lake.add("disputed")
    lake.resolve("disputed", 1000)
    lake.add("disputed", "report.status", status="assigned", hours_to_resolve=None, resolved_on_time=None)

    found = lake.ask("hours-to-resolve", by="category")

    assert [row["channel"] for row in found] == ["all", "app"]
    assert found[0] == {
        "group": "pothole", "channel": "all", "median_hours": 6.0, "p90_hours": 10.0,
        "timed": 11, "reports": 11, "producers": 11,
    }  # fmt: skip


def test_of_a_report_resolved_twice_the_last_counts(lake: Lake) -> None:
    lake.add("a")
    lake.resolve("a", 5)
    lake.add("a", "report.status", status="assigned", hours_to_resolve=None, resolved_on_time=None)
    lake.resolve("a", 50)

    assert lake.ask("hours-to-resolve", by="organisation")[0]["median_hours"] == 50


def test_a_resolution_without_hours_is_not_zero_hours(lake: Lake) -> None:
    lake.add("a")
    lake.add("a", "report.status", status="resolved")

    found = lake.ask("hours-to-resolve", by="category_group")[0]

    assert (found["median_hours"], found["timed"], found["reports"]) == (None, 0, 1)


def test_the_whole_city_is_one_group_with_its_channels(lake: Lake) -> None:
    for code, channel, category, hours in [
        ("a", "app", "pothole", 2),
        ("b", "app", "signal", 4),
        ("c", "phone", "pothole", 30),
        ("d", "desk", "pothole", 50),
    ]:
        lake.add(code, channel=channel, category=category)
        lake.resolve(code, hours, channel=channel, category=category)

    found = lake.ask("hours-to-resolve", by="city")

    assert {(row["group"], row["channel"]): (row["median_hours"], row["reports"]) for row in found} == {
        ("city", "all"): (17.0, 4),
        ("city", "app"): (3.0, 2),
        ("city", "desk"): (50.0, 1),
        ("city", "phone"): (30.0, 1),
    }


# --- Reports per cell -----------------------------------------------------------------------------


def fill(lake: Lake, cell: int, count: int) -> None:
    """So many reports in a cell, each of another producer."""
    for _ in range(count):
        lake.add(str(len(lake.rows)), cell=cell)


def siblings(cell: int) -> list[int]:
    """The other cells of its parent."""
    return sorted(set(h3.cell_to_children(h3.cell_to_parent(cell))) - {cell})


def cells(lake: Lake, resolution: int = 9) -> dict[int, int]:
    return {row["cell"]: row["reports"] for row in lake.ask("reports-per-cell", resolution=resolution)}


def test_a_cell_of_enough_producers_is_shown(lake: Lake) -> None:
    fill(lake, HERE, K)

    assert cells(lake) == {HERE: K}


def test_many_reports_of_few_producers_are_not_enough(lake: Lake) -> None:
    for index in range(20):
        lake.add(str(index), producer=index % (K - 1))

    assert cells(lake) == {}


def test_cells_of_too_few_are_shown_as_their_parent(lake: Lake) -> None:
    one, other = siblings(HERE)[:2]
    fill(lake, one, 2)
    fill(lake, other, 3)

    assert cells(lake) == {h3.cell_to_parent(HERE): 5}


def test_a_lonely_report_is_not_shown_at_any_resolution(lake: Lake) -> None:
    fill(lake, HERE, K)
    fill(lake, FAR_AWAY, 1)

    assert [sum(cells(lake, resolution).values()) for resolution in (9, 8, 7, 6, 5)] == [K] * 5


def test_no_two_resolutions_tell_a_hidden_cell_by_their_difference(lake: Lake) -> None:
    fill(lake, HERE, K)
    fill(lake, siblings(HERE)[0], 2)

    assert cells(lake, 9) == {HERE: K}
    assert cells(lake, 8) == {h3.cell_to_parent(HERE): K}


@pytest.mark.parametrize("visibility", ["held", "hidden", "erased"])
def test_only_what_was_looked_at_is_on_the_map(lake: Lake, visibility: str) -> None:
    fill(lake, HERE, K)
    lake.add("0", "report.visibility", visibility=visibility)

    assert cells(lake) == {}


def test_a_report_without_a_cell_is_nowhere(lake: Lake) -> None:
    for index in range(K):
        lake.add(str(index), cell=None)

    assert cells(lake) == {}


def test_an_empty_lake_has_no_answers() -> None:
    for name, parameters in PARAMETERS.items():
        assert run(queries.QUESTIONS[name](as_of=NOW, **parameters), []) == []


# --- DuckDB and Spark -----------------------------------------------------------------------------

PARAMETERS: dict[str, dict[str, Any]] = {
    "open-by-organisation": {},
    "hours-to-resolve": {"by": "category"},
    "reports-per-cell": {"resolution": 8},
}


@pytest.fixture
def spark(settings: Any) -> Iterator[None]:
    """Answers come from Spark, on this machine alone."""
    sql = pytest.importorskip("pyspark.sql", reason="PySpark is not installed: make setup EXTRAS=spark")
    builder = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
    settings.ANALYTICS_BACKEND = "spark"
    yield
    session.stop()


@pytest.mark.filterwarnings("ignore")  # Spark warns of the libraries beside it
def test_spark_gives_the_answers_of_duckdb(lake: Lake, settings: Any, spark: None) -> None:
    for index in range(60):
        lake.add(
            str(index), cell=siblings(HERE)[index % 3], channel=["app", "web"][index % 2], producer=index % 11
        )
        lake.add(str(index), "report.routed", organisation=["works", "traffic", ""][index % 3])
        if index % 4:
            lake.resolve(str(index), index / 3, on_time=index < 30)
    lake.add("7", "report.visibility", visibility="hidden")

    for name, parameters in PARAMETERS.items():
        settings.ANALYTICS_BACKEND = "spark"
        of_spark = lake.ask(name, **parameters)
        settings.ANALYTICS_BACKEND = "duckdb"
        assert of_spark == lake.ask(name, **parameters)
        assert of_spark
