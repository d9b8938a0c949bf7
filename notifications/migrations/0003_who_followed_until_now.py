"""Old news is not mailed afterwards, and whoever supported or commented follows from now on."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Exists, F, OuterRef

from accounts.codes import new_code

CHUNK = 1000


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    items = apps.get_model("notifications", "InboxItem").objects
    items.filter(copied_at=None).update(copied_at=F("created_at"))
    events = apps.get_model("reports", "Event").objects.filter(pk=OuterRef("event"))
    others = items.filter(~Exists(events.filter(report__producer=OuterRef("producer"))))
    others.update(why="followed")
    subscription = apps.get_model("notifications", "Subscription")
    for name, origin in (("Support", "support"), ("Comment", "comment")):
        voices = apps.get_model("reports", name).objects.filter(producer__isnull=False)
        pairs = voices.exclude(producer=F("report__producer")).values_list("report", "producer").distinct()
        batch = []
        for report, producer in pairs.order_by("report", "producer").iterator(chunk_size=CHUNK):
            batch.append(
                subscription(
                    code=new_code(), kind="report", origin=origin, report_id=report, producer_id=producer
                )
            )
            if len(batch) == CHUNK:
                subscription.objects.bulk_create(batch, ignore_conflicts=True)
                batch = []
        subscription.objects.bulk_create(batch, ignore_conflicts=True)


def forget(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("notifications", "Subscription").objects.exclude(origin="chosen").delete()


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_following_and_channels"), ("reports", "0003_place_index_covers")]

    operations = [migrations.RunPython(fill, forget)]
