"""What can go wrong between a projector, a question and the lake."""


class FilesGone(Exception):
    """The lake was tidied, or a report erased from it, while it was being read; read its newest version."""


class Overtaken(Exception):
    """Somebody else wrote to the table since it was read, so nothing was written."""
