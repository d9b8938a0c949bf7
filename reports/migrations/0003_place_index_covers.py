"""The index behind ``InBox`` holds all that the map counts, so a map is drawn without reading one report."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PLAIN_GIST = "CREATE INDEX report_place ON reports_report USING gist (point(longitude, latitude))"
PLAIN_COMPOSITE = "CREATE INDEX report_place ON reports_report (latitude, longitude)"
# The planner sees that an index suffices only when the columns inside the point are there as themselves too.
GIST = f"{PLAIN_GIST} INCLUDE (longitude, latitude, visibility, status, cell)"
COMPOSITE = "CREATE INDEX report_place ON reports_report (latitude, longitude, visibility, status, cell)"


def _replace(schema_editor: BaseDatabaseSchemaEditor, gist: str, composite: str) -> None:
    schema_editor.execute("DROP INDEX report_place")
    schema_editor.execute(gist if schema_editor.connection.vendor == "postgresql" else composite)


def widen(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _replace(schema_editor, GIST, COMPOSITE)


def narrow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _replace(schema_editor, PLAIN_GIST, PLAIN_COMPOSITE)


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_place_index")]
    operations = [migrations.RunPython(widen, narrow, elidable=False)]
