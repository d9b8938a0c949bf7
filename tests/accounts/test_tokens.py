"""Machine tokens: stewards issue and revoke them, machines use them."""

from collections.abc import Callable

import pytest
from django.db import connection
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.models import Membership, User
from tests.conftest import SmallCity

pytestmark = pytest.mark.django_db

URL = "/api/v1/tokens/"
ClientOf = Callable[[User], APIClient]


@pytest.fixture
def stan(city: SmallCity) -> User:
    """Steward of the firm in the west."""
    user = User.objects.create_user("stan@example.org", name="Stan")
    Membership.objects.create(user=user, organisation=city.mender, role=Membership.Role.STEWARD)
    return user


def machine(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def test_a_steward_issues_a_token_that_works_as_the_firm(stan: User, client_of: ClientOf) -> None:
    issued = client_of(stan).post(URL, {"organisation": "mender"})
    assert issued.status_code == 201, issued.content

    me = machine(issued.json()["token"]).get("/api/v1/me/").json()

    assert (me["is_service"], me["email"]) == (True, None)
    assert [(m["organisation"]["code"], m["role"]) for m in me["memberships"]] == [("mender", "firm_agent")]
    assert issued.json()["expires_at"] is None


def test_the_tokens_of_an_organisation_share_one_account(stan: User, client_of: ClientOf) -> None:
    for _ in range(2):
        client_of(stan).post(URL, {"organisation": "mender"})

    assert AuthToken.objects.count() == 2
    assert User.objects.filter(is_service=True).count() == 1


def test_the_steering_bureaus_steward_issues_tokens_for_all(stella: User, client_of: ClientOf) -> None:
    issued = client_of(stella).post(URL, {"organisation": "works"}).json()

    me = machine(issued["token"]).get("/api/v1/me/").json()

    assert [(m["organisation"]["code"], m["role"]) for m in me["memberships"]] == [("works", "officer")]


@pytest.mark.parametrize("who", ["alice", "mona", "olga", "otto", "audrey", "stan"])
def test_others_issue_none(
    who: str, request: pytest.FixtureRequest, city: SmallCity, client_of: ClientOf
) -> None:
    user: User = request.getfixturevalue(who)

    answer = client_of(user).post(URL, {"organisation": "works"})

    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-allowed")
    assert not AuthToken.objects.exists()


def test_an_organisation_that_does_not_exist_has_no_tokens(stella: User, client_of: ClientOf) -> None:
    assert client_of(stella).post(URL, {"organisation": "nobody"}).status_code == 404


def test_the_token_itself_is_stored_nowhere(stan: User, client_of: ClientOf) -> None:
    token = client_of(stan).post(URL, {"organisation": "mender"}).json()["token"]

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM knox_authtoken")
        assert token not in str(cursor.fetchall())


def test_a_revoked_token_opens_nothing(stan: User, client_of: ClientOf) -> None:
    issued = client_of(stan).post(URL, {"organisation": "mender"}).json()

    assert client_of(stan).delete(f"{URL}{issued['token_key']}/").status_code == 204

    answer = machine(issued["token"]).get("/api/v1/me/")
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/bad-credentials")


def test_whoever_may_issue_a_token_may_revoke_it(stan: User, stella: User, client_of: ClientOf) -> None:
    issued = client_of(stan).post(URL, {"organisation": "mender"}).json()

    assert client_of(stella).delete(f"{URL}{issued['token_key']}/").status_code == 204


@pytest.mark.parametrize("who", ["stan", "otto", "audrey"])
def test_others_cannot_revoke_it(
    who: str, request: pytest.FixtureRequest, stella: User, client_of: ClientOf
) -> None:
    issued = client_of(stella).post(URL, {"organisation": "works"}).json()
    user: User = request.getfixturevalue(who)

    assert client_of(user).delete(f"{URL}{issued['token_key']}/").status_code == 404
    assert AuthToken.objects.count() == 1


def test_a_persons_own_token_is_not_a_machines(mona: User, stella: User, client_of: ClientOf) -> None:
    row, _ = AuthToken.objects.create(mona)

    assert client_of(stella).delete(f"{URL}{row.token_key}/").status_code == 404
