"""What analytics does later. Delta Lake and Arrow, 100 MB, are loaded by the worker that runs these alone."""

from celery import shared_task


@shared_task
def project() -> int:
    """Write new events to the lake; returns how many."""
    from analytics import projector  # noqa: PLC0415  # heavy

    return projector.project()


@shared_task
def tidy() -> None:
    """Join small files of the lake and remove old ones."""
    from analytics import lake  # noqa: PLC0415  # heavy

    lake.tidy()


@shared_task
def rebuild_if_due() -> int:
    """Write the lake anew if a consent was withdrawn since it was begun; returns how many events it read."""
    from analytics import projector  # noqa: PLC0415  # heavy

    return projector.rebuild() if projector.is_rebuild_due() else 0
