"""Founds the city of the journeys in an empty database: run inside Django, by ``manage.py shell``."""

from django.core.management import call_command
from knox.models import AuthToken

from accounts.models import Membership, Organisation, User
from routing.city import load_city
from tests.journeys.city import STAFF, document


def found() -> dict[str, str]:
    """Make the city and its staff; returns everybody's token."""
    call_command("migrate", verbosity=0)
    load_city(document())
    return {name: _hire(name, *job) for name, job in STAFF.items()}


def _hire(name: str, organisation: str, role: str) -> str:
    user = User.objects.create_user(f"{name}@example.org", name=name.title(), is_staff=True)
    employer = Organisation.objects.get(code=organisation)
    Membership.objects.create(user=user, organisation=employer, role=role)
    _, token = AuthToken.objects.create(user=user)
    return str(token)
