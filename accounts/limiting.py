"""Too much of anything is answered with 429, before the body is read or the database asked.

``settings.LIMITED`` says which requests count as what, ``settings.LIMITS`` how much of it whom is allowed;
both stand in ``config/limits.py``. Who asks is known here only by what came with the request, so a
credential counts as an account's once a view has accepted it; until then its holder is anybody. Nothing is
kept in the clear: buckets are named by salted hashes of addresses, install ids and accounts.
"""

import hashlib
import ipaddress
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.actors import Viewer
from accounts.errors import DomainError, TooMany
from accounts.limits import Charge, Rate, take
from accounts.models import User

CREDENTIALS = ("Authorization", "X-Session-Token")
DEVICE = "X-Device"
REMEMBERED_S = 600.0
MOST_REMEMBERED = 20_000
IPV6_PREFIX = 64
COUNTED_BY = ("device", "first", "citizen", "address", "staff")
_NOT_ASKED = object()

Answer = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True)
class Limited:
    """Requests of these methods to addresses like this one count as ``scopes``; ``bytes`` by their size."""

    methods: frozenset[str]
    path: re.Pattern[str]
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """Whose a credential was when a view last looked; ``who`` is empty for one that is nobody's."""

    who: str
    is_staff: bool
    until: float


class Middleware:
    """Stands before whatever costs something: sessions, bodies, the Idempotency-Key."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not settings.LIMITS_SCALE:
            return self.get_response(request)
        sender = Sender(request)
        charges = [*_charges(sender, request), *_looks(sender)]
        refused = take(charges, repeat=_repeat(request) if charges else "")
        if refused is not None:
            return _refuse(request, refused.charge, refused.wait_s)
        response = self.get_response(request)
        if sender.credential and sender.known is None:
            _learn(sender, request)
        return response


class Sender:
    """Who a request comes from, as far as its headers say."""

    def __init__(self, request: HttpRequest) -> None:
        self.address = hashed("address", network_of(address_of(request)))
        device = request.headers.get(DEVICE, "")[:200]
        self.device = hashed("device", device) if device else ""
        given = [request.headers.get(name, "") for name in CREDENTIALS]
        session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        self.credential = hashed("credential", "\n".join([*given, session])) if any([*given, session]) else ""
        scheme, _sep, word = given[0].partition(" ")
        receipt = word.strip().partition(":")[0] if scheme.lower() == "receipt" else ""
        self.receipt = hashed("receipt", receipt) if receipt else ""
        self.known = Memory.get(self.credential) if self.credential else None

    def bucket(self, counted_by: str) -> str:
        """The bucket's name for one way of counting; empty where this sender is not counted that way."""
        known = self.known
        if known and known.is_staff:
            return known.who if counted_by == "staff" else ""
        names = {
            "device": self.device,
            "address": self.address,
            "citizen": known.who if known else "",
            "first": "" if self.credential and (known is None or known.who) else self.address,
            "receipt": f"{self.receipt}{self.address}" if self.receipt else "",
        }
        return names.get(counted_by, "")


class Memory:
    """Whose the credentials were that this process saw, for ten minutes; never the credentials themselves."""

    _lock: ClassVar[threading.Lock] = threading.Lock()
    _known: ClassVar[OrderedDict[str, Known]] = OrderedDict()

    @classmethod
    def get(cls, credential: str) -> Known | None:
        known = cls._known.get(credential)
        return known if known is not None and known.until > time.monotonic() else None

    @classmethod
    def keep(cls, credential: str, who: str, *, is_staff: bool) -> None:
        with cls._lock:
            cls._known[credential] = Known(who, is_staff, time.monotonic() + REMEMBERED_S)
            cls._known.move_to_end(credential)
            while len(cls._known) > MOST_REMEMBERED:
                cls._known.popitem(last=False)

    @classmethod
    def forget(cls) -> None:
        with cls._lock:
            cls._known.clear()


def address_of(request: HttpRequest) -> str:
    """Where the request comes from, by the word of as many proxies as ``TRUSTED_PROXIES`` says.

    Each adds whom it heard at the end of ``X-Forwarded-For``; what stands before, anybody may have written.
    """
    count = settings.TRUSTED_PROXIES
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if count and len(hops) >= count:
        return hops[-count]
    return str(request.META.get("REMOTE_ADDR") or "")


def network_of(address: str) -> str:
    """What of an address one person has: of IPv4 the address, of IPv6 a /64, which every line is given."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.IPv6Network((parsed, IPV6_PREFIX), strict=False).network_address)
    return str(parsed)


def hashed(kind: str, word: str) -> str:
    """The name of a bucket; who reads the cache learns neither addresses nor install ids from it."""
    return hashlib.sha256(f"{settings.SECRET_KEY} limits {kind} {word}".encode(errors="replace")).hexdigest()[
        :24
    ]


def rate_of(scope: str, counted_by: str) -> Rate | None:
    """How much of ``scope`` is allowed, or None where it is not counted that way."""
    allowed = settings.LIMITS.get(f"{scope}.{counted_by}")
    if allowed is None:
        return None
    amount, period_s = allowed
    return Rate(max(1, round(amount * settings.LIMITS_SCALE)), period_s)


def _charges(sender: Sender, request: HttpRequest) -> Iterator[Charge]:
    for scope in _scopes(request):
        cost = _size(request) if scope == "bytes" else 1
        for counted_by in COUNTED_BY:
            rate, bucket = rate_of(scope, counted_by), sender.bucket(counted_by)
            if rate and bucket:
                yield Charge(f"{scope}:{counted_by}:{bucket}", rate, cost)


def _scopes(request: HttpRequest) -> Sequence[str]:
    """What this request counts as: the first row of the table that fits says."""
    looks_for_words = request.method == "GET" and "q" in request.GET
    asked = f"{request.path}?q" if looks_for_words else request.path
    for row in _table(settings.LIMITED):
        if request.method in row.methods and row.path.match(asked):
            return row.scopes
    return ()


@lru_cache(maxsize=4)
def _table(rows: tuple[tuple[str, str, str], ...]) -> list[Limited]:
    return [Limited(frozenset(m.split()), re.compile(path), tuple(s.split())) for m, path, s in rows]


def _looks(sender: Sender) -> Iterator[Charge]:
    """Whether a credential that nobody has accepted yet may still be tried."""
    if sender.credential and sender.known is None:
        yield from (Charge(c.bucket, c.rate, cost=0) for c in _wrong(sender))


def _wrong(sender: Sender) -> Iterator[Charge]:
    for counted_by in ("receipt", "address"):
        rate, bucket = rate_of("wrong", counted_by), sender.bucket(counted_by)
        if rate and bucket:
            yield Charge(f"wrong:{counted_by}:{bucket}", rate)


def _learn(sender: Sender, request: HttpRequest) -> None:
    """Remember whose an accepted credential is; one that a view took for nobody's was a guess."""
    viewer = getattr(request, "auth", _NOT_ASKED)
    if viewer is _NOT_ASKED:  # no view of the API has asked who it is
        return
    user = request.user
    if isinstance(viewer, Viewer):
        Memory.keep(sender.credential, f"receipt{sender.receipt}", is_staff=False)
    elif isinstance(user, User):
        who = f"user{hashed('user', str(user.pk))}"
        Memory.keep(sender.credential, who, is_staff=user.is_staff or user.is_service)
    else:
        for charge in _wrong(sender):
            take([charge])
        Memory.keep(sender.credential, "", is_staff=False)


def _size(request: HttpRequest) -> int:
    given = request.META.get("CONTENT_LENGTH") or "0"
    return int(given) if given.isdigit() else 0


def _repeat(request: HttpRequest) -> str:
    """The name of a request that may come again; what another sender sends under the same key is another."""
    key = request.headers.get("Idempotency-Key", "")
    if not key or request.method != "POST":
        return ""
    given = [request.headers.get(name, "") for name in (*CREDENTIALS, "Cookie")]
    return hashed("repeat", "\n".join([*given, request.path, key]))


def _refuse(request: HttpRequest, charge: Charge, wait_s: float) -> HttpResponseBase:
    problem: Callable[[HttpRequest, DomainError], HttpResponseBase]
    problem = import_string(settings.PROBLEM_RESPONSE)
    scope, _sep, _bucket = charge.bucket.partition(":")
    words = _("That was too often; send it again after the seconds in Retry-After.")
    return problem(request, TooMany(words, wait=wait_s, scope=scope))
