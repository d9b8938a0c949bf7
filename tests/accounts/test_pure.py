"""Codes, versions and who looks: the small things that everything leans on."""

import time
from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from rest_framework.request import Request

from accounts.actors import ANYONE, ActorKind, Viewer
from accounts.codes import hash_secret, new_code, new_secret, same_secret
from accounts.conditions import check_if_match, etag, is_unchanged
from accounts.errors import StaleVersion, VersionRequired
from accounts.models import Membership, User
from accounts.viewers import viewer_of, viewer_of_user
from tests.conftest import SmallCity


def asking(**headers: str) -> Request:
    """A request with these headers, ``_`` written for ``-``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(RequestFactory().get("/", headers=named))


# --- Codes ---


def test_a_code_is_twenty_characters_that_nobody_misreads() -> None:
    codes = [new_code() for _ in range(200)]

    assert {len(code) for code in codes} == {20}
    assert not set("".join(codes)) & set("ilouABCDEFGHIJKLMNOPQRSTUVWXYZ-_")
    assert len(set(codes)) == 200


def test_codes_sort_by_the_moment_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = [0, 1, 31, 32, 1_700_000_000_000, 1_800_000_000_000]
    codes = []
    for milliseconds in moments:
        monkeypatch.setattr(time, "time_ns", lambda ms=milliseconds: ms * 1_000_000)
        codes.append(new_code())

    assert codes == sorted(codes)


def test_a_secret_is_known_by_its_hash_alone() -> None:
    secret = new_secret()

    assert len(secret) >= 27  # 160 bits, six in a character
    assert same_secret(secret, hash_secret(secret))
    assert not same_secret(new_secret(), hash_secret(secret))
    assert secret not in hash_secret(secret)


# --- Versions ---


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('"7"', True),
        ('W/"7"', True),
        ('"6", "7"', True),
        ("*", True),
        ('"6"', False),
        ("7", False),
        ("", False),
    ],
)  # fmt: skip
def test_if_none_match_compares_weakly(header: str, expected: bool) -> None:
    assert is_unchanged(asking(If_None_Match=header), 7) is expected


@pytest.mark.parametrize("header", ['"7"', '"6", "7"', "*"])
def test_if_match_lets_the_version_through(header: str) -> None:
    check_if_match(asking(If_Match=header), 7)


@pytest.mark.parametrize("header", ['"6"', 'W/"7"', "7", ""])
def test_if_match_compares_strongly(header: str) -> None:
    with pytest.raises(StaleVersion):
        check_if_match(asking(If_Match=header), 7)


def test_if_match_may_be_required_or_not() -> None:
    check_if_match(asking(), 7, required=False)

    with pytest.raises(VersionRequired):
        check_if_match(asking(), 7)


def test_an_etag_is_a_quoted_version() -> None:
    assert etag(7) == '"7"'


# --- Who looks ---


@pytest.mark.parametrize(("who", "statements"), [("alice", 1), ("olga", 2), ("audrey", 2)])
@pytest.mark.django_db
def test_a_viewer_costs_one_statement_and_two_for_staff(
    who: str, statements: int, request: pytest.FixtureRequest
) -> None:
    asked = RequestFactory().get("/")
    asked.user = request.getfixturevalue(who)

    with CaptureQueriesContext(connection) as queries:
        viewer = viewer_of(asked)
        again = viewer_of(asked)
        organisations = [membership.organisation.code for membership in viewer.memberships]

    assert (len(queries), len(organisations)) == (statements, statements - 1)
    assert viewer is again


def test_nobody_costs_no_statement() -> None:
    asked = RequestFactory().get("/")
    asked.user = AnonymousUser()

    assert viewer_of(asked) is ANYONE


@pytest.mark.parametrize(
    ("who", "kinds", "is_steering", "sees_everything"),
    [
        ("alice", [], False, False),
        ("mona", [ActorKind.MODERATOR], True, True),
        ("olga", [ActorKind.OFFICER], False, False),
        ("otto", [ActorKind.FIRM_AGENT], False, False),
        ("stella", [ActorKind.STEWARD], True, True),
        ("audrey", [], False, True),
    ],
)
def test_what_each_of_the_cast_may_do(
    who: str, kinds: list[ActorKind], is_steering: bool, sees_everything: bool, request: pytest.FixtureRequest
) -> None:
    viewer = viewer_of_user(request.getfixturevalue(who))

    assert [actor.kind for actor in viewer.actors()] == kinds
    assert (viewer.is_steering, viewer.sees_everything) == (is_steering, sees_everything)


def test_one_acts_for_an_organisation_in_ones_role_there(olga: User, city: SmallCity) -> None:
    Membership.objects.create(user=olga, organisation=city.traffic, role=Membership.Role.AUDITOR)
    viewer: Viewer = viewer_of_user(olga)
    acting: Callable[[int], object] = viewer.actor_for

    assert getattr(acting(city.works.pk), "kind", None) == ActorKind.OFFICER
    assert acting(city.traffic.pk) is None
    assert acting(city.mender.pk) is None
