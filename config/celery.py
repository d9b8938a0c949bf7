"""The Celery application: it only carries wake-ups, the database is the queue of record."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("commonway")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Celery would open a connection for every task. A thread of a worker keeps its own, as one that serves does:
# Django closes what broke or grew old (CONN_MAX_AGE).
app.conf["CELERY_DB_REUSE_MAX"] = 1 << 62


@task_prerun.connect
@task_postrun.connect
def keep_connections_fresh(task: Any = None, **_: Any) -> None:
    """As at the start and the end of a request."""
    if task is not None and not task.request.is_eager:
        close_old_connections()
