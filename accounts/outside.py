"""The one place that posts to the world, and the guard that keeps it away from our own network.

At every delivery the name is resolved once, **every** address is checked, and the connection goes to a
checked address while Host, SNI and the certificate keep the name: a name that changes its address between the
check and the connection (DNS rebinding) gains nothing. No redirects, no proxies and no credentials from the
environment, no cookies. One deadline covers name, connection, TLS and answer, however slowly each byte drips.

httpcore is the transport inside httpx: its network backend is where an address can be pinned.
"""

import ssl
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from socket import SOCK_STREAM, gaierror, getaddrinfo
from time import monotonic

import certifi
import httpcore
import httpx
from django.conf import settings

from accounts import addresses
from accounts.pools import Key, Pools

ANSWER_LIMIT = 64 * 1024
# Once the status is known, the rest of the answer is only for the log.
BODY_S = 2.0
URL_LIMIT = 2000
CONNECT_S = 5.0
LOOK_UP_S = 2.0


class OutsideError(Exception):
    """Nothing was delivered; ``name`` says why in one word."""

    name = "failed"


class UrlRefused(OutsideError):
    """The URL itself is not acceptable; the message says what to change."""

    name = "url_refused"


class AddressRefused(OutsideError):
    """The name leads to an address that is not of the open internet."""

    name = "address_refused"


class NameUnknown(OutsideError):
    name = "name_unknown"


class ConnectFailed(OutsideError):
    name = "connect_failed"


class TlsFailed(OutsideError):
    name = "tls_failed"


class TimedOut(OutsideError):
    name = "timed_out"


class AnswerBroken(OutsideError):
    name = "answer_broken"


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    retry_after: str


@dataclass(frozen=True)
class Target:
    """A URL and the checked addresses it may be reached at."""

    url: httpx.URL
    addresses: tuple[str, ...]

    @property
    def key(self) -> Key:
        return self.url.scheme, self.url.host, _port(self.url), tuple(sorted(self.addresses))


_deadline: ContextVar[float] = ContextVar("deadline")
_names = ThreadPoolExecutor(max_workers=32, thread_name_prefix="names")


def post(url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
    """Post ``body`` and return what was answered, whatever its status. Raises an OutsideError."""
    target = find(url, within_s=settings.WEBHOOK_TIMEOUT_S)
    lines: list[tuple[str | bytes, str | bytes]] = [("Host", target.url.netloc), *headers.items()]
    try:
        with (
            _pools.lent(target.key) as pool,
            pool.stream("POST", _core_url(target.url), headers=lines, content=body) as response,
        ):
            return _answer(response)
    except httpcore.TimeoutException:
        raise TimedOut(f"No answer within {settings.WEBHOOK_TIMEOUT_S:g} s.") from None
    except httpcore.ConnectError as error:
        raise ConnectFailed(str(error)) from None
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise AnswerBroken(str(error)) from None


def hang_up() -> None:
    """Close the connections that are kept for a next time."""
    _pools.close()


def check_url(url: str) -> None:
    """Say at registration what a delivery would refuse. A name that nobody knows yet may become known.

    Raises UrlRefused or AddressRefused.
    """
    with suppress(NameUnknown, TimedOut):
        find(url, within_s=LOOK_UP_S)


def find(url: str, *, within_s: float) -> Target:
    """Resolve and check; the deadline of everything that follows begins here.

    Raises UrlRefused, NameUnknown, AddressRefused or TimedOut.
    """
    _deadline.set(monotonic() + within_s)
    parsed = _parse(url)
    found = _resolve(parsed.raw_host.decode(), _port(parsed))
    if settings.WEBHOOK_ALLOW_LOOPBACK and all(map(addresses.is_loopback, found)):
        return Target(parsed, found)
    if parsed.scheme != "https":
        raise UrlRefused("The URL must begin with https://.")
    if _port(parsed) not in settings.WEBHOOK_ALLOWED_PORTS:
        raise UrlRefused(f"Port {_port(parsed)} is not allowed.")
    if not all(map(addresses.is_public, found)):
        raise AddressRefused("The name leads to an address that is not of the open internet.")
    return Target(parsed, found)


def _parse(url: str) -> httpx.URL:
    if len(url) > URL_LIMIT:
        raise UrlRefused(f"The URL is longer than {URL_LIMIT} characters.")
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise UrlRefused(f"This is not a URL: {error}") from None
    if parsed.scheme not in ("https", "http") or not parsed.host or "%" in parsed.host:
        raise UrlRefused("The URL must begin with https:// and a name.")
    if parsed.userinfo or parsed.fragment:
        raise UrlRefused("The URL must carry neither a password nor a fragment.")
    if parsed.scheme == "http" and not settings.WEBHOOK_ALLOW_LOOPBACK:
        raise UrlRefused("The URL must begin with https://.")
    return parsed


def _port(url: httpx.URL) -> int:
    return url.port or {"https": 443, "http": 80}[url.scheme]


def _resolve(host: str, port: int) -> tuple[str, ...]:
    """Every address of ``host``, in the resolver's order."""
    with suppress(ValueError):
        return (str(ip_address(host)),)
    waiting = _names.submit(getaddrinfo, host, port, type=SOCK_STREAM)
    try:
        found = waiting.result(timeout=_in_time())
    except TimeoutError:
        raise TimedOut("The name was not resolved in time.") from None
    except (gaierror, UnicodeError):
        raise NameUnknown(f"Nobody knows the name {host}.") from None
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=_port(url), target=url.raw_path)


def _answer(response: httpcore.Response) -> Answer:
    headers = {name.lower(): value.decode("latin-1") for name, value in response.headers}
    return Answer(response.status, _start_of(response), headers.get(b"retry-after", ""))


def _start_of(response: httpcore.Response) -> bytes:
    """The first 64 kB, or what came of them in time; leaving the rest unread closes the connection."""
    _deadline.set(min(_deadline.get(), monotonic() + BODY_S))
    start = b""
    with suppress(httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        for chunk in response.iter_stream():
            start += chunk
            if len(start) >= ANSWER_LIMIT:
                break
    return start[:ANSWER_LIMIT]


def _in_time(timeout: float | None = None) -> float:
    """Seconds until the deadline of this thread's post, or the shorter ``timeout``."""
    left = _deadline.get() - monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("The deadline has passed.")
    return min(left, timeout or left)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every read and write ends by the deadline of the post that uses it."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _in_time(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _in_time(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, _in_time(timeout)))
        except httpcore.ConnectError as error:
            raise TlsFailed(str(error)) from None

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class _PinnedBackend(httpcore.NetworkBackend):
    """Connects to the checked addresses and never asks the resolver again."""

    def __init__(self, checked: Iterable[str]) -> None:
        self._addresses = tuple(checked)
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,  # was resolved and checked: asking again would undo that
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("No address.")
        for address in self._addresses:
            wait = _in_time(timeout or CONNECT_S)
            try:
                stream = self._plain.connect_tcp(address, port, wait, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream)
        raise failure


def _open_pool(key: Key) -> httpcore.ConnectionPool:
    return httpcore.ConnectionPool(
        ssl_context=_tls(settings.WEBHOOK_CA_FILE or certifi.where()),
        max_connections=None,
        keepalive_expiry=30,
        network_backend=_PinnedBackend(key[-1]),
    )


@lru_cache(maxsize=4)
def _tls(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)


_pools = Pools(_open_pool)
