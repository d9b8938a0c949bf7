"""Who lives and works in the demo city: one login per role, all with one password."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.models import Membership, Organisation, Producer, User

PASSWORD = "commonway-demo"  # noqa: S105  # the demo city's, printed at the start; it opens nothing real
Role = Membership.Role


@dataclass(frozen=True)
class Person:
    """Somebody with a login; without an organisation a citizen."""

    name: str
    does: str
    role: str = ""
    organisation: str = ""
    language: str = "zh-hans"

    @property
    def email(self) -> str:
        """Their address, which nobody owns."""
        return f"{self.name.lower()}@demo.example"


CAST = (
    Person("Admin", "may do everything in the admin"),
    Person("Mona", "moderates and triages at the steering bureau", Role.MODERATOR, "traffic-management"),
    Person("Timo", "officer of the transport bureau", Role.OFFICER, "transport"),
    Person("Olga", "officer of the urban management bureau", Role.OFFICER, "urban-management"),
    Person("Qing", "agent of the bike-share firm", Role.FIRM_AGENT, "qingqi-bike"),
    Person("Anbo", "agent of the parking firm", Role.FIRM_AGENT, "anbo-parking"),
    Person("Otto", "agent of the infrastructure firm", Role.FIRM_AGENT, "zhida-infrastructure"),
    Person(
        "Stella", "steward of the steering bureau: tokens and webhooks", Role.STEWARD, "traffic-management"
    ),
    Person("Audrey", "auditor: reads all and changes nothing", Role.AUDITOR, "traffic-management"),
    Person("Hua", "assistant: writes reports down for neighbours", Role.ASSISTANT, "hutuo-community"),
    Person("Alice", "citizen"),
    Person("Bob", "citizen", language="en"),
)
AT_THE_DESK = frozenset({Role.MODERATOR, Role.OFFICER, Role.STEWARD, Role.AUDITOR})


def hire() -> dict[str, User]:
    """Make everybody's login, by first name; those who are there already stay as they are."""
    hashed = make_password(PASSWORD)
    return {person.name: _hire(person, hashed) for person in CAST}


def _hire(person: Person, hashed: str) -> User:
    found = User.objects.filter(email=person.email).first()
    if found is not None:
        return found
    is_root = person.name == "Admin"
    user = User.objects.create(
        email=person.email,
        password=hashed,
        name=person.name,
        language=person.language,
        is_staff=is_root or person.role in AT_THE_DESK,
        is_superuser=is_root,
    )
    EmailAddress.objects.create(user=user, email=person.email, verified=True, primary=True)
    if person.organisation:
        organisation = Organisation.objects.get(code=person.organisation)
        Membership.objects.create(user=user, organisation=organisation, role=person.role)
    elif not is_root:
        Producer.objects.create(user=user)
    return user
