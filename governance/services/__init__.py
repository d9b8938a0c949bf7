"""What governance writes: seals, the uses of data, and copies for those whose data it is."""

from governance.services.exporting import (
    ask_for_export,
    build_export,
    drop_export,
    drop_exports_holding,
    sweep_exports,
)
from governance.services.sealing import seal_events
from governance.services.using import note_uses

__all__ = [
    "ask_for_export",
    "build_export",
    "drop_export",
    "drop_exports_holding",
    "note_uses",
    "seal_events",
    "sweep_exports",
]
