"""The cast and the tools of every test.

Alice and Bob live here. Mona moderates at the traffic bureau, which steers; Olga is officer of the works
bureau; Otto mends for one firm, Fritz for another; Stella is the traffic bureau's steward, Audrey audits.
``make.report(status=…)`` makes what a test is about and nothing else.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone, translation
from rest_framework.test import APIClient

from accounts import limits
from accounts.actors import Actor, ActorKind, Viewer
from accounts.limiting import Memory
from accounts.models import Membership, Organisation, Producer, User
from accounts.viewers import viewer_of_user
from reports import services as reports
from reports.models import Report
from reports.places import Place, place_of
from reports.relay import relay_events
from reports.services import Draft, Submitted
from reports.workflow import REASONS, Status, Visibility
from routing.models import Area, Category, City, Responsibility
from routing.services import current_snapshot, forget_snapshot

SHARED_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
WEST, EAST = (38.05, 114.45), (38.05, 114.55)


@pytest.fixture(autouse=True)
def quiet_house(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Nothing is woken by a commit, files go to a folder of the test, and memory starts empty."""
    settings.RELAY_NUDGES = False
    settings.WHITENOISE_AUTOREFRESH = True  # else each test client scans every static file
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # a strong one takes a second
    files = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "media")},
    }
    settings.STORAGES = {**settings.STORAGES, "default": files}
    settings.LAKE_URL = str(tmp_path / "lake")
    cache.clear()
    translation.activate(settings.LANGUAGE_CODE)  # a request leaves its own behind
    forget_snapshot()
    yield
    cache.clear()
    limits.forget()
    Memory.forget()
    forget_snapshot()


@pytest.fixture
def one_connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What calls the application without the test client keeps the connection of the test."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data; a test that needs it is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the shared reference data is not on this machine")
    return SHARED_DATA


# --- A small square city: a western and an eastern district ---


def square(west: float, east: float) -> dict[str, Any]:
    """A district from 38.00 to 38.10 north."""
    ring = [[west, 38.0], [east, 38.0], [east, 38.1], [west, 38.1], [west, 38.0]]
    return {"type": "Polygon", "coordinates": [ring]}


@dataclass
class SmallCity:
    """Its organisations, by name."""

    traffic: Organisation
    works: Organisation
    mender: Organisation
    fixer: Organisation


@pytest.fixture
def city(db: None) -> SmallCity:
    """Potholes are the works bureau's, mended by one firm in each district. Nobody answers for ``noise``."""
    City.objects.create(
        code="square",
        name_zh="方城",
        name_en="Square City",
        latitude=38.05,
        longitude=114.5,
        bbox=[114.4, 38.0, 114.6, 38.1],
        default_points=[[38.0428, 114.5149]],
        version=1,
    )
    west = Area.objects.create(code="west", name_zh="西区", name_en="West", polygon=square(114.4, 114.5))
    east = Area.objects.create(code="east", name_zh="东区", name_en="East", polygon=square(114.5, 114.6))
    found = {
        code: Organisation.objects.create(
            code=code, kind=kind, name_zh=zh, name_en=en, is_steering=code == "traffic"
        )
        for code, kind, zh, en in [
            ("traffic", "bureau", "交管局", "Traffic Bureau"),
            ("works", "bureau", "市政局", "Works Bureau"),
            ("mender", "firm", "西修公司", "West Menders"),
            ("fixer", "firm", "东修公司", "East Fixers"),
        ]
    }
    group = Category.objects.create(
        code="safety", name_zh="安全", name_en="Safety", acknowledge_hours=8, resolve_hours=40, kinds=[]
    )
    leaf = _leaf(group)
    pothole = leaf("pothole", ["problem"], needs_countersign=True)
    signal = leaf("signal", ["problem"], is_hazard=True, acknowledge_hours=1, resolve_hours=4)
    leaf("noise", ["complaint", "suggestion"])
    taxi = leaf("taxi", ["complaint", "enquiry"], is_private_by_default=True)
    lamp = leaf("lamp", ["problem"], photo_rule="required")
    rules = [
        (pothole, None, "works", "owner"),
        (pothole, west, "mender", "executor"),
        (pothole, east, "fixer", "executor"),
        (pothole, None, "fixer", "executor"),
        (signal, None, "traffic", "owner"),
        (taxi, None, "traffic", "owner"),
        (lamp, None, "works", "owner"),
    ]
    for category, area, organisation, role in rules:
        code = f"{category.code}-{area.code if area else 'all'}-{organisation}"
        Responsibility.objects.create(
            code=code, category=category, area=area, organisation=found[organisation], role=role
        )
    return SmallCity(**found)


def _leaf(group: Category) -> Callable[..., Category]:
    def make_leaf(code: str, kinds: list[str], **fields: Any) -> Category:
        return Category.objects.create(
            code=code, parent=group, name_zh=f"类{code}", name_en=code.title(), kinds=kinds, **fields
        )

    return make_leaf


# --- The cast ---


@pytest.fixture
def alice(db: None) -> User:
    """A citizen with an account."""
    return _citizen("alice@example.org", "Alice")


@pytest.fixture
def bob(db: None) -> User:
    """Another citizen."""
    return _citizen("bob@example.org", "Bob")


@pytest.fixture
def mona(city: SmallCity) -> User:
    """Moderator of the traffic bureau, which steers."""
    return _member("mona@example.org", "Mona", city.traffic, Membership.Role.MODERATOR)


@pytest.fixture
def olga(city: SmallCity) -> User:
    """Officer of the works bureau."""
    return _member("olga@example.org", "Olga", city.works, Membership.Role.OFFICER)


@pytest.fixture
def otto(city: SmallCity) -> User:
    """Agent of the firm in the west."""
    return _member("otto@example.org", "Otto", city.mender, Membership.Role.FIRM_AGENT)


@pytest.fixture
def fritz(city: SmallCity) -> User:
    """Agent of the firm in the east."""
    return _member("fritz@example.org", "Fritz", city.fixer, Membership.Role.FIRM_AGENT)


@pytest.fixture
def stella(city: SmallCity) -> User:
    """Steward of the traffic bureau."""
    return _member("stella@example.org", "Stella", city.traffic, Membership.Role.STEWARD)


@pytest.fixture
def audrey(city: SmallCity) -> User:
    """Auditor: reads everything, changes nothing."""
    return _member("audrey@example.org", "Audrey", city.traffic, Membership.Role.AUDITOR)


def _citizen(email: str, name: str) -> User:
    user = User.objects.create_user(email, "correct horse", name=name)
    Producer.objects.create(user=user)
    return user


def _member(email: str, name: str, organisation: Organisation, role: str) -> User:
    user = User.objects.create_user(email, "correct horse", name=name, is_staff=True)
    Membership.objects.create(user=user, organisation=organisation, role=role)
    return user


# --- Tools ---


@pytest.fixture
def anyone() -> APIClient:
    """A phone without an account."""
    return APIClient()


@pytest.fixture
def client_of() -> Callable[[User], APIClient]:
    """``client_of(alice)``: the same with her session."""

    def make_client(user: User) -> APIClient:
        client = APIClient()
        client.force_login(user)
        return client

    return make_client


@pytest.fixture
def with_receipt() -> Callable[[Submitted], APIClient]:
    """``with_receipt(submitted)``: a phone that holds a report's receipt."""

    def make_client(submitted: Submitted) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Receipt {submitted.report.code}:{submitted.secret}")
        return client

    return make_client


class Maker:
    """Makes what a test is about; everything it does not name is ordinary."""

    def draft(self, category: str = "pothole", at: tuple[float, float] | None = WEST, **fields: Any) -> Draft:
        """A report on its way in."""
        row = current_snapshot().categories[category]
        place = place_of(current_snapshot(), *at) if at else Place(address="Corner of First and Main")
        ordinary = {
            "kind": row.kinds[0],
            "text": "A deep hole.",
            "observed_at": timezone.now(),
            "language": "en",
        }
        return Draft(category=row, place=place, **{**ordinary, **fields})

    def submitted(
        self,
        category: str = "pothole",
        at: tuple[float, float] | None = WEST,
        *,
        user: User | None = None,
        **fields: Any,
    ) -> Submitted:
        """A report as it was just sent, with the secret of its receipt."""
        producer = Producer.objects.get(user=user) if user else None
        return reports.submit_report(self.draft(category, at, **fields), producer=producer)

    def report(
        self,
        category: str = "pothole",
        at: tuple[float, float] | None = WEST,
        *,
        status: str = Status.RECEIVED,
        visibility: str = Visibility.PUBLIC,
        user: User | None = None,
        **fields: Any,
    ) -> Report:
        """A report that stands at ``status``, its end a day ago and with a reason if it is one."""
        report = self.submitted(category, at, user=user, **fields).report
        reasons = REASONS.get(Status(status))
        ended = {"reason": min(reasons), "resolved_at": timezone.now() - timedelta(days=1)} if reasons else {}
        Report.objects.filter(pk=report.pk).update(status=status, visibility=visibility, **ended)
        return Report.objects.select_related("category", "responsible", "producer").get(pk=report.pk)

    def actor(self, user: User) -> Actor:
        """A user in the first role they have."""
        viewer: Viewer = viewer_of_user(user)
        return (
            viewer.actors()[0]
            if viewer.memberships
            else Actor(ActorKind.PRODUCER, producer=viewer.producer, user=user)
        )


@pytest.fixture
def make(city: SmallCity) -> Maker:
    """The maker of reports in the small city."""
    return Maker()


@pytest.fixture
def relay() -> Callable[[], int]:
    """Relay everything that is waiting, and what that brings about."""

    def run() -> int:
        relayed = 0
        while step := relay_events():
            relayed += step
        return relayed

    return run
