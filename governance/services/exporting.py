"""Copies for those whose data it is: asked for, gathered into one zip, kept for seven days.

A copy is gathered by a task; a sweep takes up what a dead process left and deletes what is over. A report
that is erased takes every copy that holds it with it, also the one that is just being gathered.
"""

import tempfile
import zipfile
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.exporting import Part, Subject, parts_for
from accounts.models import Producer
from governance.models import Export
from reports.exporting import codes_held
from reports.models import Report
from reports.workflow import Visibility

# Whoever gathers and says nothing for so long is taken to be dead.
LEASE = timedelta(minutes=10)
# A copy this young is given again: making one reads every photo.
FRESH = timedelta(hours=1)
TITLE = _("Your data at Commonway")
FIRST_LINES = _(
    "This is a copy of what the service holds about you, made when you asked for it. "
    "There is nothing in it about other people. Times have their offset, coordinates are WGS 84 degrees."
)


@transaction.atomic
def ask_for_export(producer: Producer, *, report: Report | None = None, language: str = "zh-hans") -> Export:
    """A copy of everything, or of one report; while one is being gathered or is fresh, that one."""
    now = timezone.now()
    Producer.objects.select_for_update().get(pk=producer.pk)  # of two phones at once, one waits
    known = Export.objects.filter(producer=producer, report=report, expires_at__gt=now).order_by("-pk")
    enough = known.waiting() | known.filter(state=Export.State.READY, ready_at__gt=now - FRESH)
    if (found := enough.first()) is not None:
        return found
    expires_at = now + Export.KEPT
    return Export.objects.create(producer=producer, report=report, language=language, expires_at=expires_at)


def build_export(code: str) -> Export | None:
    """Gather a copy; None when somebody else does, or nothing is left to do.

    A copy that cannot be made is marked as failed, and the reason raised.
    """
    export = _take(code)
    if export is None:
        return None
    is_made = False
    try:
        _gather(export, subject_of(export))
        is_made = True
    finally:
        if not is_made:
            Export.objects.filter(pk=export.pk).update(state=Export.State.FAILED)
    return export


def subject_of(export: Export) -> Subject:
    """Whose copy it is: with a receipt one report, and nothing of an account."""
    if export.report is not None:
        return Subject(export.producer, report_code=export.report.code)
    return Subject(export.producer, export.producer.user)


def drop_export(export: Export) -> None:
    """End a copy now; the sweep deletes its file."""
    Export.objects.filter(pk=export.pk).update(expires_at=timezone.now())


def drop_exports_holding(codes: Collection[str]) -> int:
    """End every copy that holds one of these reports; returns how many."""
    wanted = set(codes)
    alive = Export.objects.filter(expires_at__gt=timezone.now()).only("pk", "holds")
    over = [export.pk for export in alive if not wanted.isdisjoint(export.holds)]
    return Export.objects.filter(pk__in=over).update(expires_at=timezone.now()) if over else 0


def sweep_exports() -> Sequence[str]:
    """Delete what is over, file first; returns the codes of those that wait for somebody to gather them."""
    now = timezone.now()
    for export in Export.objects.over(now).order_by("pk"):
        if export.file:
            default_storage.delete(export.file)
        export.delete()
    Export.objects.filter(state=Export.State.RUNNING, begun_at__lt=now - LEASE).update(
        state=Export.State.WAITING
    )
    waiting = Export.objects.filter(state=Export.State.WAITING).order_by("pk")
    return list(waiting.values_list("code", flat=True))


def _take(code: str) -> Export | None:
    now = timezone.now()
    mine = Export.objects.filter(code=code, state=Export.State.WAITING, expires_at__gt=now)
    if not mine.update(state=Export.State.RUNNING, begun_at=now):
        return None
    return Export.objects.select_related("producer__user", "report").get(code=code)


def _gather(export: Export, subject: Subject) -> None:
    held = codes_held(subject)
    parts = list(parts_for(subject))
    Export.objects.filter(pk=export.pk).update(total=len(parts), holds=held)
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for done, part in enumerate(parts, start=1):
                _add(archive, part)
                Export.objects.filter(pk=export.pk).update(done=done, begun_at=timezone.now())
            archive.writestr("README.txt", _readme(parts))
        _finish(export, file, held)


def _add(archive: zipfile.ZipFile, part: Part) -> None:
    with archive.open(part.path, "w", force_zip64=True) as entry:
        for chunk in part.content():
            entry.write(chunk)


def _readme(parts: Sequence[Part]) -> str:
    """What every file means, in each of our languages."""
    chapters = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            lines = [str(TITLE), "=" * 40, str(FIRST_LINES), ""]
            lines += [f"{part.path}\n    {part.about}" for part in parts]
            chapters.append("\n".join(lines))
    return "\n\n\n".join(chapters) + "\n"


def _finish(export: Export, file: IO[bytes], held: list[str]) -> None:
    size = file.tell()
    file.seek(0)
    name = default_storage.save(f"exports/{export.code}.zip", File(file))
    with transaction.atomic():
        mine = Export.objects.select_for_update().filter(pk=export.pk).first()
        is_gone = Report.objects.filter(code__in=held, visibility=Visibility.ERASED).exists()
        if mine is not None and not is_gone:
            mine.file, mine.size, mine.state, mine.ready_at = name, size, Export.State.READY, timezone.now()
            mine.save(update_fields=["file", "size", "state", "ready_at"])
            return
        Export.objects.filter(pk=export.pk).update(state=Export.State.WAITING)
    default_storage.delete(name)  # something in it was erased meanwhile: once more, without that
