"""Seals and proofs as the public reads them."""

from typing import Any

from rest_framework import serializers

from governance.models import Seal


class SealSerializer(serializers.ModelSerializer[Seal]):
    """The root over a run of events."""

    class Meta:
        model = Seal
        fields = ("code", "first_seq", "last_seq", "event_count", "root", "sealed_at")
        read_only_fields = fields


class ProofSerializer(serializers.Serializer[Any]):
    """That an event's digest is under a seal; ``path`` leads from it to the root, lowest step first."""

    seq = serializers.IntegerField(read_only=True)
    digest = serializers.CharField(read_only=True)
    seal = SealSerializer(read_only=True, allow_null=True)
    path = serializers.ListField(child=serializers.CharField(), read_only=True)
