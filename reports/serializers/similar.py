"""Reports that may be about the same, as somebody who is about to send one sees them."""

from typing import Any

from rest_framework import serializers

from accounts.built_once import BuiltOnce
from reports.models import Photo
from reports.search.similar import Similar
from reports.serializers.outgoing import ReportSerializer


class PartsSerializer(BuiltOnce):
    """What the score is made of, each from 0 to 1."""

    place = serializers.FloatField(read_only=True)
    words = serializers.FloatField(read_only=True)
    category = serializers.FloatField(read_only=True)
    time = serializers.FloatField(read_only=True)


class SimilarSerializer(BuiltOnce):
    """A public report, how like it is and how far away, and whether I support it already."""

    report = ReportSerializer(read_only=True)
    score = serializers.SerializerMethodField()
    parts = serializers.SerializerMethodField()
    distance_m = serializers.SerializerMethodField()
    thumbnail = serializers.SerializerMethodField()
    is_supported_by_me = serializers.BooleanField(source="report.is_supported_by_me", read_only=True)

    def get_score(self, similar: Similar) -> float:
        """From 0 to 1."""
        return round(similar.likeness.score, 3)

    def get_parts(self, similar: Similar) -> dict[str, float]:
        """How much place, words, category and time each speak for it."""
        alike = similar.likeness
        parts = {
            "place": alike.place,
            "words": alike.words,
            "category": alike.category,
            "time": alike.time,
        }
        return {name: round(value, 3) for name, value in parts.items()}

    def get_distance_m(self, similar: Similar) -> int:
        """Whole metres."""
        return round(similar.distance_m)

    def get_thumbnail(self, similar: Similar) -> str | None:
        """Where its first published photo is, small."""
        photos: list[Photo] = getattr(similar.report, "published_photos", [])
        return f"/api/v1/photos/{photos[0].code}/small.webp" if photos else None


class SimilarAnswer(BuiltOnce):
    """The likest first; empty when there is nothing like it."""

    results = SimilarSerializer(many=True, read_only=True)

    def to_representation(self, instance: Any) -> Any:
        return super().to_representation({"results": instance})
