"""Tickets as the relay offers them."""

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from reports.models import Report
from tests.conftest import Maker
from tickets.models import Ticket
from tickets.workflow import Role


class Tickets:
    """The tickets of a report, by role."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def of(self, role: str) -> Ticket:
        """The latest ticket in a role."""
        found = Ticket.objects.filter(report=self.report, role=role).select_related("organisation", "report")
        return found.order_by("-pk")[0]

    @property
    def owner(self) -> Ticket:
        return self.of(Role.OWNER)

    @property
    def executor(self) -> Ticket:
        return self.of(Role.EXECUTOR)

    def fresh_report(self) -> Report:
        return Report.objects.select_related("responsible", "category").get(pk=self.report.pk)


@pytest.fixture
def pothole(make: Maker, relay: Callable[[], int]) -> Tickets:
    """A pothole in the west: offered to the works bureau, which answers, and to the mender, who works."""
    report = make.report("pothole")
    relay()
    return Tickets(report)


@pytest.fixture
def photo() -> SimpleUploadedFile:
    """A small photo of the work."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "grey").save(buffer, "JPEG")
    return SimpleUploadedFile("after.jpg", buffer.getvalue(), "image/jpeg")
