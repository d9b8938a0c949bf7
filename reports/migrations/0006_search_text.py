"""What the search reads: a table of tokens, and each database's own index on it."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GIN = "CREATE INDEX reports_searchtext_tokens ON reports_searchtext USING gin (to_tsvector('simple', tokens))"
# The words alone are in the FTS5 table; what it needs of the text it reads in the table beside it.
FTS5 = (
    "CREATE VIRTUAL TABLE reports_searchtext_words USING fts5(tokens, content='reports_searchtext',"
    " content_rowid='report_id', tokenize='unicode61 remove_diacritics 0')"
)
ADD = "INSERT INTO reports_searchtext_words(rowid, tokens) VALUES (new.report_id, new.tokens)"
REMOVE = (
    "INSERT INTO reports_searchtext_words(reports_searchtext_words, rowid, tokens)"
    " VALUES ('delete', old.report_id, old.tokens)"
)
TRIGGERS = {"INSERT": [ADD], "DELETE": [REMOVE], "UPDATE": [REMOVE, ADD]}


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(GIN)
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')")
        [is_there] = cursor.fetchone()
    if not is_there:
        raise RuntimeError(
            "This Python's SQLite was built without FTS5, which the search needs. Use a Python from"
            " python.org, uv or your distribution, or set DATABASE_URL to a PostgreSQL database."
        )
    schema_editor.execute(FTS5)
    for act, statements in TRIGGERS.items():
        name = f"reports_searchtext_{act.lower()}"
        body = "; ".join(statements)
        schema_editor.execute(
            f"CREATE TRIGGER {name} AFTER {act} ON reports_searchtext BEGIN {body}; END", params=None
        )


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX reports_searchtext_tokens")
        return
    for act in TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER reports_searchtext_{act.lower()}")
    schema_editor.execute("DROP TABLE reports_searchtext_words")


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_assistance_and_sandbox")]
    operations = [
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_text",
                        serialize=False,
                        to="reports.report",
                    ),
                ),
                ("tokens", models.TextField()),
            ],
        ),
        migrations.RunPython(create, drop, elidable=False),
    ]
