"""Boxes on a photo, as shares of its width and height; pure computation."""

from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Box:
    """A part of a photo to cover: its kind, left upper corner and size, and how sure the detector was."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    score: float | None = None

    @classmethod
    def of_pixels(
        cls, kind: str, edges: tuple[float, float, float, float], size: tuple[int, int], score: float
    ) -> Self | None:
        """From left, top, right and bottom in pixels of a photo of this size; None outside of it."""
        left, right = (min(max(float(edge) / size[0], 0.0), 1.0) for edge in (edges[0], edges[2]))
        top, bottom = (min(max(float(edge) / size[1], 0.0), 1.0) for edge in (edges[1], edges[3]))
        if right <= left or bottom <= top:
            return None
        return cls(kind, left, top, right - left, bottom - top, round(score, 4))

    def grown(self, share: float) -> "Box":
        """The same box with this share of its size added on each side, within the photo."""
        left, top = max(self.x - self.width * share, 0.0), max(self.y - self.height * share, 0.0)
        right = min(self.x + self.width * (1 + share), 1.0)
        bottom = min(self.y + self.height * (1 + share), 1.0)
        return Box(self.kind, left, top, right - left, bottom - top, self.score)

    def overlap(self, other: "Box") -> float:
        """Shared area over joint area, 0 to 1."""
        shared = self._shared(other)
        joint = self.width * self.height + other.width * other.height - shared
        return shared / joint if joint > 0 else 0.0

    def covered_by(self, other: "Box") -> float:
        """Which share of this box lies in the other."""
        area = self.width * self.height
        return self._shared(other) / area if area > 0 else 0.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def _shared(self, other: "Box") -> float:
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(across, 0.0) * max(down, 0.0)


def without_doubles(boxes: list[Box], *, overlap: float = 0.3) -> list[Box]:
    """Of boxes that say the same thing, the surest."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda one: -(one.score or 0.0)):
        if all(box.overlap(other) < overlap and box.covered_by(other) < 0.8 for other in kept):
            kept.append(box)
    return kept
