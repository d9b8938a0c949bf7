"""Where the files of photos and uploads lie in the storage, and how they go. No rows are touched here."""

from django.core.files.storage import default_storage

from reports.models import Photo, Upload


def original_name(code: str) -> str:
    """Where the original of a photo waits; nobody outside the desk reads from there."""
    return f"quarantine/{code}"


def derivative_name(photo: Photo, size: str, ending: str, version: int | None = None) -> str:
    """Where a derivative lies that was drawn with this version of the boxes (the one drawn last)."""
    drawn = photo.drawn_version if version is None else version
    return f"{_folder(photo)}/{drawn}/{size}.{ending}"


def piece_name(upload: Upload, offset: int) -> str:
    """Where the bytes of an upload from ``offset`` on lie."""
    return f"uploads/{upload.code}/{offset:010d}"


def delete_derivatives(photo: Photo, *, but: int | None = None) -> None:
    """Delete everything drawn of a photo, except with the version ``but`` of its boxes."""
    _delete_below(_folder(photo), but="" if but is None else str(but))


def delete_everything(photo: Photo, upload: Upload | None) -> None:
    """Delete a photo's original, its derivatives and the pieces it came in."""
    delete_derivatives(photo)
    if upload is not None:
        delete_pieces(upload)
    delete_original(photo)


def delete_original(photo: Photo) -> None:
    """Delete the file as it was sent."""
    if photo.original:
        default_storage.delete(photo.original)


def delete_pieces(upload: Upload) -> None:
    """Delete what came of an upload."""
    _delete_below(f"uploads/{upload.code}")


def _folder(photo: Photo) -> str:
    return f"photos/{photo.code[:4]}/{photo.code}"


def _delete_below(folder: str, but: str = "") -> None:
    """Delete a folder's files and then itself; what the storage does not know is gone already."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        default_storage.delete(f"{folder}/{name}")
    for name in folders:
        if name != but:
            _delete_below(f"{folder}/{name}")
    if not but:
        default_storage.delete(folder)
