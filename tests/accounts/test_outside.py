"""The guard in front of the world, and the one place that posts to it."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import outside
from tests.webhooks.certificates import certificate_for
from tests.webhooks.receiver import Receiver, Reply, receiving


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """``names(host=[[…first answer…], […second…]])``: what the resolver says, one answer after the other."""
    asked: list[str] = []

    def set_names(answers: dict[str, list[list[str]]]) -> list[str]:
        def resolve(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
            asked.append(host)
            if host not in answers:
                raise socket.gaierror("unknown")
            found = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

        monkeypatch.setattr(outside, "getaddrinfo", resolve)
        return asked

    return set_names


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """No connection outlives its test."""
    yield
    outside.hang_up()


@pytest.fixture
def sandbox(settings: Any) -> None:
    settings.WEBHOOK_ALLOW_LOOPBACK = True


@pytest.mark.parametrize(
    "url",
    [
        "http://firm.example/hook",
        "ftp://firm.example/hook",
        "file:///etc/passwd",
        "gopher://firm.example/",
        "https:///hook",
        "https://",
        "//firm.example/hook",
        "hook",
        "",
        "https://user:secret@firm.example/hook",
        "https://firm.example/hook#part",
        "https://firm.example:8443/hook",
        "https://firm.example:22/hook",
        "https://firm.example:99999/hook",
        "https://[fe80::1%25eth0]/hook",
        "https://[::1/hook",
        "https://firm.example/" + "a" * 2000,
        "https://fi rm.example/hook",
        "https://\x00/hook",
    ],
)
def test_a_url_that_is_not_plain_https_on_443_is_refused(url: str, names: Any) -> None:
    names({"firm.example": [["93.184.215.14"]]})

    with pytest.raises(outside.UrlRefused):
        outside.find(url, within_s=5)


@pytest.mark.parametrize(
    "found",
    [
        ["10.0.0.1"],
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["fec0::1"],
        ["::ffff:192.168.0.1"],
        ["93.184.215.14", "10.0.0.1"],
        ["2606:4700:4700::1111", "::1"],
    ],
    ids=",".join,
)
def test_one_address_that_is_not_public_refuses_the_name(found: list[str], names: Any) -> None:
    names({"firm.example": [found]})

    with pytest.raises(outside.AddressRefused):
        outside.find("https://firm.example/hook", within_s=5)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]
)
def test_an_address_in_disguise_is_still_this_machine(host: str) -> None:
    with pytest.raises(outside.AddressRefused):
        outside.find(f"https://{host}/hook", within_s=5)


def test_a_name_nobody_knows_is_named(names: Any) -> None:
    names({})

    with pytest.raises(outside.NameUnknown):
        outside.find("https://firm.example/hook", within_s=5)


def test_a_name_may_become_known_after_it_was_registered(names: Any) -> None:
    names({})

    outside.check_url("https://firm.example/hook")


def test_the_sandbox_opens_this_machine_and_nothing_else(sandbox: None, names: Any) -> None:
    names({"localhost": [["127.0.0.1"]], "firm.example": [["10.0.0.1"]], "both": [["127.0.0.1", "10.0.0.1"]]})

    assert outside.find("http://localhost:9/hook", within_s=5).addresses == ("127.0.0.1",)
    with pytest.raises(outside.AddressRefused):
        outside.find("https://firm.example/hook", within_s=5)
    with pytest.raises(outside.UrlRefused):
        outside.find("http://both/hook", within_s=5)


def test_a_port_may_be_allowed_by_the_city(settings: Any, names: Any) -> None:
    settings.WEBHOOK_ALLOWED_PORTS = frozenset({443, 8443})
    names({"firm.example": [["93.184.215.14"]]})

    assert outside.find("https://firm.example:8443/hook", within_s=5).addresses == ("93.184.215.14",)


def test_what_is_posted_arrives_unchanged(sandbox: None) -> None:
    with receiving() as receiver:
        receiver.reply = Reply(202, {"Retry-After": "7"}, b"thanks")

        answer = outside.post(receiver.url + "?a=%20b", headers={"webhook-id": "1"}, body=b'{"a":1}')

    [arrived] = receiver.arrived
    assert answer == outside.Answer(202, b"thanks", "7")
    assert (arrived.path, arrived.body) == ("/hook?a=%20b", b'{"a":1}')
    assert arrived.headers["host"] == f"localhost:{receiver.port}"


def test_a_connection_is_kept_for_the_next_post(sandbox: None) -> None:
    with receiving() as receiver:
        for _ in range(3):
            outside.post(receiver.url, headers={}, body=b"{}")

    assert len({arrived.connection for arrived in receiver.arrived}) == 1


def test_a_redirect_is_an_answer_and_is_not_followed(sandbox: None) -> None:
    with receiving() as receiver:
        receiver.reply = Reply(307, {"Location": receiver.url + "/elsewhere"})

        answer = outside.post(receiver.url, headers={}, body=b"{}")

    assert answer.status == 307
    assert len(receiver.arrived) == 1


def test_a_proxy_of_the_environment_is_not_asked(sandbox: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    with receiving() as receiver:
        assert outside.post(receiver.url, headers={}, body=b"{}").status == 204


def test_cookies_are_not_kept(sandbox: None) -> None:
    with receiving() as receiver:
        receiver.reply = Reply(204, {"Set-Cookie": "a=1"})
        outside.post(receiver.url, headers={}, body=b"{}")
        outside.post(receiver.url, headers={}, body=b"{}")

    assert "cookie" not in receiver.arrived[1].headers


def test_of_a_long_answer_the_start_is_kept(sandbox: None) -> None:
    with receiving() as receiver:
        receiver.reply = Reply(200, body=b"x" * 300_000)

        answer = outside.post(receiver.url, headers={}, body=b"{}")

    assert answer == outside.Answer(200, b"x" * 65536, "")


def test_a_closed_port_is_named(sandbox: None) -> None:
    with receiving() as receiver:
        url = receiver.url

    with pytest.raises(outside.ConnectFailed):
        outside.post(url, headers={}, body=b"{}")


@pytest.mark.parametrize(
    ("bytes_sent", "expected"),
    [
        (b"", outside.AnswerBroken),
        (b"HTTP/1.1 banana\r\n\r\n", outside.AnswerBroken),
        (b"SSH-2.0-OpenSSH_9.6\r\n", outside.AnswerBroken),
    ],
)
def test_an_answer_that_is_not_http_is_named(sandbox: None, bytes_sent: bytes, expected: Any) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(bytes_sent)

    with raw_server(answer) as port, pytest.raises(expected):
        outside.post(f"http://localhost:{port}/", headers={}, body=b"{}")


def test_a_silent_receiver_times_out(sandbox: None, settings: Any) -> None:
    settings.WEBHOOK_TIMEOUT_S = 0.2
    done = threading.Event()

    def wait(_: socket.socket) -> None:
        done.wait(5)

    with raw_server(wait) as port, pytest.raises(outside.TimedOut):
        outside.post(f"http://localhost:{port}/", headers={}, body=b"{}")
    done.set()


def test_a_receiver_that_drips_headers_times_out_as_a_whole(sandbox: None, settings: Any) -> None:
    settings.WEBHOOK_TIMEOUT_S = 0.3
    done = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not done.wait(0.05):
            connection.sendall(b"X-Drip: 1\r\n")

    with raw_server(drip) as port, pytest.raises(outside.TimedOut):
        outside.post(f"http://localhost:{port}/", headers={}, body=b"{}")
    done.set()


def test_a_body_that_never_ends_does_not_change_the_answer(
    sandbox: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "BODY_S", 0.2)
    done = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not done.wait(0.05):
            connection.sendall(b"x")

    with raw_server(drip) as port:
        answer = outside.post(f"http://localhost:{port}/", headers={}, body=b"{}")

    done.set()
    assert answer.status == 200


def test_a_name_that_moves_after_the_check_is_not_followed(sandbox: None, names: Any) -> None:
    with receiving() as receiver:
        asked = names({"firm.example": [["127.0.0.1"], ["10.0.0.1"]]})

        answer = outside.post(f"http://firm.example:{receiver.port}/hook", headers={}, body=b"{}")

        assert answer.status == 204
        assert asked == ["firm.example"]
        with pytest.raises((outside.AddressRefused, outside.UrlRefused)):
            outside.post(f"http://firm.example:{receiver.port}/hook", headers={}, body=b"{}")
    assert len(receiver.arrived) == 1


def test_a_name_that_moved_gets_a_new_connection(sandbox: None, names: Any) -> None:
    with receiving() as receiver:
        names({"firm.example": [["127.0.0.1"], ["127.0.0.2"]]})
        url = f"http://firm.example:{receiver.port}/hook"

        outside.post(url, headers={}, body=b"{}")
        with pytest.raises(outside.ConnectFailed):
            outside.post(url, headers={}, body=b"{}")


def test_two_names_at_one_address_do_not_share_a_connection(sandbox: None, names: Any) -> None:
    with receiving() as receiver:
        names({"a.example": [["127.0.0.1"]], "b.example": [["127.0.0.1"]]})

        for host in ("a.example", "b.example"):
            outside.post(f"http://{host}:{receiver.port}/", headers={}, body=b"{}")

    assert len({arrived.connection for arrived in receiver.arrived}) == 2


def test_the_certificate_must_be_of_the_name(
    sandbox: None, settings: Any, names: Any, tmp_path: Path
) -> None:
    authority, context = certificate_for("firm.example", tmp_path)
    settings.WEBHOOK_CA_FILE = str(authority)
    names({"firm.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]})

    with tls_receiving(context) as (receiver, seen):
        answer = outside.post(f"https://firm.example:{receiver.port}/", headers={}, body=b"{}")
        with pytest.raises(outside.TlsFailed):
            outside.post(f"https://other.example:{receiver.port}/", headers={}, body=b"{}")

    assert answer.status == 204
    assert seen == ["firm.example", "other.example"]
    assert receiver.arrived[0].headers["host"] == f"firm.example:{receiver.port}"


def test_a_certificate_of_nobody_known_is_refused(sandbox: None, names: Any, tmp_path: Path) -> None:
    _, context = certificate_for("firm.example", tmp_path)
    names({"firm.example": [["127.0.0.1"]]})

    with tls_receiving(context) as (receiver, _), pytest.raises(outside.TlsFailed):
        outside.post(f"https://firm.example:{receiver.port}/", headers={}, body=b"{}")


@contextmanager
def raw_server(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Accepts one connection and lets ``answer`` speak."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    answer(connection)
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]


@contextmanager
def tls_receiving(context: ssl.SSLContext) -> Iterator[tuple[Receiver, list[str]]]:
    """A receiver over TLS, and the names that were asked for in SNI."""
    seen: list[str] = []

    def note(_: Any, name: str | None, __: Any) -> None:
        seen.append(name or "")

    context.sni_callback = note
    with receiving(context) as receiver:
        yield receiver, seen


@given(
    st.text(max_size=60),
    st.sampled_from(["", "https://", "https://a.example/", "https://a.example:", "http://["]),
)
def test_whatever_is_registered_the_refusal_has_a_name(text: str, start: str) -> None:
    with pytest.MonkeyPatch.context() as patch, suppress(outside.UrlRefused):
        patch.setattr(outside, "getaddrinfo", _nobody)

        outside.check_url(start + text)


def _nobody(*_: Any, **__: Any) -> None:
    raise socket.gaierror("unknown")
