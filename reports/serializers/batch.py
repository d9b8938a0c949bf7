"""A phone's queue on its way in, and what became of each item."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.built_once import BuiltOnce
from accounts.serializers import StrictSerializer
from reports.serializers.incoming import NewReport
from reports.serializers.outgoing import SubmittedSerializer

MOST_ITEMS = 50


class BatchItem(StrictSerializer):
    """One report of the queue. Its key is the one under which it may also be sent alone."""

    idempotency_key = serializers.CharField()
    report = serializers.JSONField()


class DocumentedItem(StrictSerializer):
    """One report of the queue, as the document describes it; a wrong one gets its own answer."""

    idempotency_key = serializers.CharField(max_length=200)
    report = NewReport()


@extend_schema_field(DocumentedItem(many=True))
class Items(serializers.ListField):
    """Whatever stands in the list: each item is judged by itself."""


class NewBatch(StrictSerializer):
    """A phone's queue, oldest first."""

    items = Items(child=serializers.JSONField(allow_null=True), min_length=1, max_length=MOST_ITEMS)


class BatchAnswer(BuiltOnce):
    """What a POST of this item alone would have answered: ``body`` when taken, ``problem`` when not."""

    idempotency_key = serializers.CharField(read_only=True, allow_null=True)
    status = serializers.IntegerField(read_only=True)
    location = serializers.CharField(read_only=True, allow_null=True)
    is_replayed = serializers.BooleanField(read_only=True)
    retry_after_s = serializers.IntegerField(read_only=True, allow_null=True)
    body = serializers.SerializerMethodField()
    problem = serializers.SerializerMethodField()

    @extend_schema_field(SubmittedSerializer(allow_null=True))
    def get_body(self, answer: dict[str, Any]) -> Any:
        return answer["body"]

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_problem(self, answer: dict[str, Any]) -> Any:
        return answer["problem"]


class BatchAnswers(BuiltOnce):
    """An answer for each item, in the order of the items."""

    results = BatchAnswer(many=True, read_only=True)
