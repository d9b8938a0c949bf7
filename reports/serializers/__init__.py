"""What comes in about reports and what goes out, by direction."""

from reports.serializers.asking import DatumQuery, FeedQuery, MapQuery, ReportQuery, TimelineQuery
from reports.serializers.boxes import BoxSerializer, NewBoxes
from reports.serializers.fields import BboxField, CategoryCode, PhotoField
from reports.serializers.incoming import MAX_TEXT, NewPhoto, NewReport, NewText, OptionalText
from reports.serializers.outgoing import (
    CategoryName,
    CellSerializer,
    CommentSerializer,
    EventSerializer,
    FeedEventSerializer,
    FeedSerializer,
    MapSerializer,
    OrganisationName,
    PhotoSerializer,
    ReceiptSerializer,
    ReportSerializer,
    SubmittedSerializer,
    TraceSerializer,
)

__all__ = [
    "MAX_TEXT",
    "BboxField",
    "BoxSerializer",
    "CategoryCode",
    "CategoryName",
    "CellSerializer",
    "CommentSerializer",
    "DatumQuery",
    "EventSerializer",
    "FeedEventSerializer",
    "FeedQuery",
    "FeedSerializer",
    "MapQuery",
    "MapSerializer",
    "NewBoxes",
    "NewPhoto",
    "NewReport",
    "NewText",
    "OptionalText",
    "OrganisationName",
    "PhotoField",
    "PhotoSerializer",
    "ReceiptSerializer",
    "ReportQuery",
    "ReportSerializer",
    "SubmittedSerializer",
    "TimelineQuery",
    "TraceSerializer",
]
