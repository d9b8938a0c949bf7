"""Seals and proofs as the public reads them; uses and copies of data as their owners do."""

from typing import Any

from rest_framework import serializers

from governance.links import link_of
from governance.models import DataUse, Export, Seal
from reports.serializers import OrganisationName


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


class DataUseSerializer(serializers.Serializer[Any]):
    """One organisation got data of one report of mine by one way on one day; ``at`` is the first time."""

    report = serializers.CharField(source="report.code", read_only=True)
    organisation = OrganisationName(read_only=True)
    purpose = serializers.ChoiceField(choices=DataUse.Purpose.choices, read_only=True)
    why = serializers.CharField(source="get_purpose_display", read_only=True)
    basis = serializers.ChoiceField(choices=DataUse.Basis.choices, read_only=True)
    way = serializers.ChoiceField(choices=DataUse.Way.choices, read_only=True)
    how = serializers.CharField(source="get_way_display", read_only=True)
    what = serializers.ListField(source="fields", child=serializers.CharField(), read_only=True)
    on = serializers.DateField(read_only=True)
    at = serializers.DateTimeField(read_only=True)


class ExportSerializer(serializers.ModelSerializer[Export]):
    """A copy of my data: ``done`` of ``total`` parts are gathered; ``url`` opens the file for an hour."""

    report = serializers.CharField(source="report.code", read_only=True, allow_null=True, default=None)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Export
        fields = (
            "code",
            "report",
            "state",
            "done",
            "total",
            "size",
            "created_at",
            "ready_at",
            "expires_at",
            "url",
        )
        read_only_fields = fields

    def get_url(self, export: Export) -> str | None:
        return link_of(export) if export.state == Export.State.READY else None
