"""Where the questions run: DuckDB in this process, or Apache Spark by setting, with the same expressions."""

import importlib.util
import tempfile
from collections.abc import Sequence
from typing import Any

import duckdb
import ibis
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from analytics import lake
from analytics.errors import FilesGone
from analytics.queries import Table

Rows = list[dict[str, Any]]


def run(question: Table, files: Sequence[str]) -> Rows:
    """Put a question to these files of the lake, with the backend that ``ANALYTICS_BACKEND`` names.

    Raises FilesGone when one of them is removed meanwhile.
    """
    backend = BACKENDS.get(settings.ANALYTICS_BACKEND)
    if backend is None:
        cure = f"Set it to {' or '.join(BACKENDS)}."
        raise ImproperlyConfigured(f"ANALYTICS_BACKEND is {settings.ANALYTICS_BACKEND!r}. {cure}")
    return backend(question, list(files)) if files else []


def _duckdb(question: Table, files: list[str]) -> Rows:
    """A database in memory that lives as long as the answer, so that a web process gives its memory back.

    Ibis writes the SQL and no more: its own connection would load pandas, half of what DuckDB needs.
    """
    sql = str(ibis.to_sql(question, dialect="duckdb", pretty=False))
    with tempfile.TemporaryDirectory(prefix="commonway-") as spill:
        limits: dict[str, Any] = {
            "threads": settings.ANALYTICS_THREADS,
            "memory_limit": settings.ANALYTICS_MEMORY,
            "temp_directory": spill,
        }
        connection = duckdb.connect(config=limits)
        try:
            connection.read_parquet(files, hive_partitioning=True).create_view(lake.CONTRIBUTIONS)
            found = connection.execute(sql)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        except duckdb.IOException as error:
            raise FilesGone from error
        finally:
            connection.close()


def _spark(question: Table, files: list[str]) -> Rows:
    """The Spark session of this process, as Spark's own configuration describes it."""
    if importlib.util.find_spec("pyspark") is None:
        cure = "Install the extra: make setup EXTRAS=spark."
        raise ImproperlyConfigured(f"ANALYTICS_BACKEND is spark, but PySpark is not installed. {cure}")
    from pyspark.sql import SparkSession  # noqa: PLC0415  # only the extra installs it

    session = SparkSession.builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    session.conf.set("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
    found = session.read.option("basePath", lake.url_of(lake.CONTRIBUTIONS)).parquet(*files)
    found.createOrReplaceTempView(lake.CONTRIBUTIONS)
    sql = ibis.pyspark.connect(session).compile(question)
    return [row.asDict() for row in session.sql(sql).collect()]


BACKENDS = {"duckdb": _duckdb, "spark": _spark}
