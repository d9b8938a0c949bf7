"""The index behind ``InBox``: GiST on PostgreSQL's built-in point, a composite index elsewhere."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GIST = "CREATE INDEX report_place ON reports_report USING gist (point(longitude, latitude))"
COMPOSITE = "CREATE INDEX report_place ON reports_report (latitude, longitude)"


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute(GIST if schema_editor.connection.vendor == "postgresql" else COMPOSITE)


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute("DROP INDEX report_place")


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]
    operations = [migrations.RunPython(create, drop, elidable=False)]
