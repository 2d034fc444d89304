"""The HTTP server over real loopback sockets: framing, streams, clients that leave, and the stop."""

from __future__ import annotations

import gzip
import http.client
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import kubernetes
import pytest
import urllib3
from urllib3.exceptions import ProtocolError

from fakes.api_server.messages import Request, Response
from fakes.clusters.ports import free_ports
from fakes.transport import http_server
from fakes.transport.handler import Handler
from fakes.transport.http_server import HTTPServer
from informer.errors import ConfigurationError
from informer.runtime import ThreadRuntime, set_current_runtime
from tests.transport.scripted import ScriptedBody, ScriptedHandler, always, event, in_turn, json_response, pod, pod_list, stream_response
from tests.waiting import PATIENCE

RUNTIME = ThreadRuntime()
Serve = Callable[..., HTTPServer]


@pytest.fixture(autouse=True)
def grace(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """How many seconds a stop gives answers that are under way; so many that a busy machine cuts none, unless a test wants fewer."""

    def set_grace(seconds: float) -> None:
        monkeypatch.setattr(http_server, "_GRACE", seconds)

    set_grace(PATIENCE)
    return set_grace


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve a handler until the test ends."""
    servers: list[HTTPServer] = []

    def start(handler: Handler, **options: Any) -> HTTPServer:
        servers.append(HTTPServer(handler, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def pool() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(retries=False, timeout=PATIENCE, maxsize=100) as pool:
        yield pool


@pytest.fixture
def body() -> Iterator[ScriptedBody]:
    body = ScriptedBody(RUNTIME)
    yield body
    body.close()


def connect(server: HTTPServer) -> socket.socket:
    connection = socket.create_connection((server.host, server.port), timeout=PATIENCE)
    connection.settimeout(PATIENCE)
    return connection


def raw(server: HTTPServer, request: bytes) -> bytes:
    """Everything the server says to `request` on one connection, until it closes it."""
    with connect(server) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def answer_with_the_request(request: Request) -> Response:
    seen = {"method": request.method, "path": request.path, "query": request.query, "body": request.body.decode(), "user": request.user}
    return json_response({**seen, "headers": dict(request.headers)})


ECHO = ScriptedHandler(answer_with_the_request)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"])
def test_a_request_reaches_the_handler_as_it_was_sent(method: str, serve: Serve, pool: urllib3.PoolManager) -> None:
    url = f"{serve(ECHO).url}/api/v1/pods/a%20b?labelSelector=x%3Dy&watch="
    seen = pool.urlopen(method, url, body=b'{"a":1}', headers={"X-Test": "one"}).json()
    assert (seen["method"], seen["path"], seen["body"]) == (method, "/api/v1/pods/a b", '{"a":1}')
    assert seen["query"] == [["labelSelector", "x=y"], ["watch", ""]]
    assert (seen["headers"]["x-test"], seen["user"]) == ("one", "system:admin")


def test_one_connection_serves_many_requests(serve: Serve) -> None:
    server = serve(ECHO)
    with closing(http.client.HTTPConnection(server.host, server.port, timeout=PATIENCE)) as connection:
        connection.request("GET", "/one")
        used = connection.sock
        assert json.loads(connection.getresponse().read())["path"] == "/one"
        connection.request("POST", "/two", body=b"x")
        assert json.loads(connection.getresponse().read())["path"] == "/two"
        assert connection.sock is used


def test_a_chunked_request_body_is_put_together(serve: Serve, pool: urllib3.PoolManager) -> None:
    assert pool.urlopen("POST", serve(ECHO).url, body=iter([b"one", b"two"]), chunked=True).json()["body"] == "onetwo"


def test_trailers_and_extensions_of_a_chunked_request_are_passed_over(serve: Serve) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = raw(serve(ECHO), head + b"3;a=b\r\none\r\n0\r\nTrailer: x\r\n\r\n" + b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b'"body": "one"' in answer
    assert b'"path": "/next"' in answer


@pytest.mark.parametrize("framing", [b"Content-Length: x\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"])
def test_a_body_with_unreadable_framing_is_a_400_and_the_end_of_the_connection(framing: bytes, serve: Serve) -> None:
    answer = raw(serve(ECHO), b"POST / HTTP/1.1\r\nHost: x\r\n" + framing + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"Connection: close\r\n" in answer
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "header", [b"no colon", b": no name", b"Spaced : x", b" folded: x", b"A: 1\r\n" * 101 + b"A: 1", b"A: " + b"x" * 65536]
)
def test_what_is_no_header_or_too_much_of_it_is_a_400_and_the_end_of_the_connection(header: bytes, serve: Serve) -> None:
    handler = always(json_response({}))
    answer = raw(serve(handler), b"GET / HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Connection: close\r\n" in answer
    assert handler.requests == []


def test_a_header_is_read_in_any_case_and_a_repeated_one_is_joined(serve: Serve) -> None:
    answer = raw(serve(ECHO), b"GET / HTTP/1.1\r\nHOST:x\r\nx-a:  1 \r\nX-A: 2:3\r\nConnection: Close\r\n\r\n" * 2)
    assert b'"x-a": "1, 2:3"' in answer
    assert answer.count(b"HTTP/1.1 200") == 1


def test_an_old_client_gets_its_answer_and_the_end_of_the_connection(serve: Serve) -> None:
    answer = raw(serve(ECHO), b"GET /old HTTP/1.0\r\nX-Test: one\r\n\r\n" * 2)
    assert b'"x-test": "one"' in answer
    assert answer.count(b"HTTP/1.1 200") == 1


def test_a_request_that_stops_in_the_middle_never_reaches_the_handler(serve: Serve) -> None:
    handler = always(json_response({}))
    assert raw(serve(handler), b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf") == b""
    assert handler.requests == []


def test_a_client_that_expects_100_continue_is_told_to_go_on(serve: Serve) -> None:
    with connect(serve(ECHO)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"abc")
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_head_request_gets_the_length_and_no_body(serve: Serve) -> None:
    answer = raw(serve(always(json_response({"a": 1}))), b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
    head, _, rest = answer.partition(b"\r\n\r\n")
    assert b"Content-Length: 8" in head
    assert rest == b""


def test_no_content_has_no_length(serve: Serve) -> None:
    assert b"Content-Length" not in raw(serve(always(Response(204, {}, b""))), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")


def test_the_connection_frames_the_answer_whatever_the_handler_says(serve: Serve, pool: urllib3.PoolManager) -> None:
    headers = {"content-length": "999", "Transfer-Encoding": "chunked", "Connection": "close", "Audit-Id": "7"}
    response = pool.request("GET", serve(always(Response(200, headers, b"abc"))).url)
    assert (response.data, response.headers["Content-Length"], response.headers["Audit-Id"]) == (b"abc", "3", "7")
    assert "Transfer-Encoding" not in response.headers


def test_large_answers_are_compressed_for_those_who_ask(serve: Serve, pool: urllib3.PoolManager) -> None:
    large = b"x" * (128 * 1024 + 1)
    server = serve(always(Response(200, {}, large)))
    response = pool.request("GET", server.url, headers={"Accept-Encoding": "br, gzip"}, decode_content=False)
    assert (response.headers["Content-Encoding"], response.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(response.data) == large
    assert pool.request("GET", server.url, headers={"Accept-Encoding": "gzip"}).data == large


@pytest.mark.parametrize(
    ("size", "accepted", "headers"),
    [
        (128 * 1024, "gzip", {}),
        (128 * 1024 + 1, "identity", {}),
        (128 * 1024 + 1, "gzip;q=1.0", {}),
        (128 * 1024 + 1, "gzip", {"content-encoding": "identity"}),
    ],
)
def test_an_answer_is_not_compressed(size: int, accepted: str, headers: dict[str, str], serve: Serve, pool: urllib3.PoolManager) -> None:
    server = serve(always(Response(200, headers, b"x" * size)))
    response = pool.request("GET", server.url, headers={"Accept-Encoding": accepted}, decode_content=False)
    assert response.data == b"x" * size
    assert "Vary" not in response.headers


def test_a_handler_that_fails_is_logged_and_answered_500(serve: Serve, pool: urllib3.PoolManager, caplog: pytest.LogCaptureFixture) -> None:
    server = serve(in_turn(ZeroDivisionError("oh"), json_response({"fine": True})))
    with caplog.at_level(logging.ERROR):
        response = pool.request("GET", f"{server.url}/a")
    assert (response.status, response.json()["kind"]) == (500, "Status")
    assert "ZeroDivisionError" in response.json()["message"]
    assert "path=/a" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert pool.request("GET", f"{server.url}/b").json() == {"fine": True}


@pytest.mark.parametrize("error", [ConnectionResetError("x"), ConnectionRefusedError("x"), TimeoutError("x")])
def test_a_handler_that_breaks_the_connection_gives_no_answer(
    error: Exception, serve: Serve, pool: urllib3.PoolManager, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ProtocolError, match="Connection aborted"):
        pool.request("GET", serve(in_turn(error)).url)
    assert caplog.text == ""


def test_an_event_arrives_while_the_stream_is_open(serve: Serve, pool: urllib3.PoolManager, body: ScriptedBody) -> None:
    response = pool.request("GET", serve(always(stream_response(body))).url, preload_content=False)
    pieces = response.stream(None)
    for number in range(3):
        body.send(b"event %d\n" % number)
        assert next(pieces) == b"event %d\n" % number
    response.close()


def test_a_stream_that_ends_well_leaves_the_connection_usable(serve: Serve, body: ScriptedBody) -> None:
    server = serve(in_turn(stream_response(body), json_response({"next": True})))
    with closing(http.client.HTTPConnection(server.host, server.port, timeout=PATIENCE)) as connection:
        connection.request("GET", "/watch")
        used = connection.sock
        body.send(b"one")
        body.end()
        assert connection.getresponse().read() == b"one"
        body.wait_for_close()
        connection.request("GET", "/next")
        assert json.loads(connection.getresponse().read()) == {"next": True}
        assert connection.sock is used


def test_a_stream_that_breaks_is_a_protocol_error_after_the_bytes_before_it(
    serve: Serve, pool: urllib3.PoolManager, body: ScriptedBody
) -> None:
    body.send(b"half a li")
    body.break_off()
    response = pool.request("GET", serve(always(stream_response(body))).url, preload_content=False)
    assert response.read1(9) == b"half a li"
    with pytest.raises(ProtocolError):
        response.read1(100)
    body.wait_for_close()


def test_a_body_that_fails_is_logged_and_breaks_the_stream(
    serve: Serve, pool: urllib3.PoolManager, body: ScriptedBody, caplog: pytest.LogCaptureFixture
) -> None:
    body.fail(ZeroDivisionError("oh"))
    with caplog.at_level(logging.ERROR), pytest.raises(ProtocolError):
        pool.request("GET", f"{serve(always(stream_response(body))).url}/watch")
    assert "path=/watch" in caplog.text


def test_an_old_client_gets_a_stream_that_the_end_of_the_connection_ends(serve: Serve, body: ScriptedBody) -> None:
    with connect(serve(always(stream_response(body)))) as connection:
        body.send(b"one\n")
        body.end()
        connection.sendall(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b"Transfer-Encoding" not in answer
    assert answer.endswith(b"\r\n\r\none\n")


def test_a_head_request_for_a_stream_closes_its_body(serve: Serve, pool: urllib3.PoolManager, body: ScriptedBody) -> None:
    assert pool.request("HEAD", serve(always(stream_response(body))).url).status == 200
    assert body.closed


def test_a_client_that_leaves_frees_the_body_though_no_event_comes(serve: Serve, body: ScriptedBody) -> None:
    connection = connect(serve(always(stream_response(body))))
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    body.wait_for_reader()
    connection.close()
    body.wait_for_close()


def test_a_request_sent_behind_a_stream_is_no_farewell(serve: Serve, body: ScriptedBody) -> None:
    with connect(serve(in_turn(stream_response(body), json_response({"second": True})))) as connection:
        connection.sendall(b"GET /watch HTTP/1.1\r\nHost: x\r\n\r\n")
        body.wait_for_reader()
        connection.sendall(b"GET /second HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        time.sleep(0.05)  # in which the farewell would be taken
        assert not body.closed
        body.send(b"still here")
        body.end()
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.index(b"still here") < answer.index(b'"second"')


def test_a_client_that_leaves_after_its_stream_has_ended_closes_nothing_twice(serve: Serve) -> None:
    closes: list[ScriptedBody] = []

    class Counted(ScriptedBody):
        def close(self) -> None:
            closes.append(self)
            super().close()

    counted = Counted(RUNTIME)
    counted.end()
    server = serve(always(stream_response(counted)))
    with connect(server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while not answer.endswith(b"0\r\n\r\n"):
            answer += connection.recv(65536)
        counted.wait_for_close()
    server.close()
    assert closes == [counted]


def test_fifty_open_watches_starve_no_request(serve: Serve, pool: urllib3.PoolManager) -> None:
    bodies = [ScriptedBody(RUNTIME) for _ in range(50)]
    left = iter(bodies)
    server = serve(ScriptedHandler(lambda request: stream_response(next(left)) if request.parameter("watch") else json_response({})))
    watches = [pool.request("GET", f"{server.url}/?watch=1", preload_content=False) for _ in bodies]
    assert pool.request("GET", server.url).status == 200
    for body in bodies:
        body.send(b"x")
    assert [watch.read1(1) for watch in watches] == [b"x"] * 50
    server.close()
    assert [watch.read() for watch in watches] == [b""] * 50
    assert all(body.closed for body in bodies)


def test_a_stop_ends_streams_properly_and_leaves_no_thread(serve: Serve, pool: urllib3.PoolManager, body: ScriptedBody) -> None:
    before = set(threading.enumerate())
    server = serve(in_turn(stream_response(body), json_response({})))
    response = pool.request("GET", server.url, preload_content=False)
    with connect(server) as idle:
        idle.sendall(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(65536).endswith(b"\r\n\r\n")
        server.close()
        assert response.read() == b""
        assert set(threading.enumerate()) <= before
        assert idle.recv(1) == b""


def test_a_stop_lets_an_answer_that_is_under_way_arrive(serve: Serve, pool: urllib3.PoolManager) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def slow(request: Request) -> Response:
        entered.set()
        go_on.wait(PATIENCE)
        return json_response({"late": True})

    server = serve(ScriptedHandler(slow))
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.append(pool.request("GET", server.url)), daemon=True)
    asking.start()
    entered.wait(PATIENCE)
    closing = threading.Thread(target=server.close, daemon=True)
    closing.start()
    while not server.stopping:
        time.sleep(0.001)
    go_on.set()
    asking.join(PATIENCE)
    closing.join(PATIENCE)
    assert [(answer.json(), answer.headers["Connection"]) for answer in answers] == [({"late": True}, "close")]


def test_a_stop_does_not_wait_for_a_handler_that_hangs(
    serve: Serve, grace: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    entered, go_on, left = threading.Event(), threading.Event(), threading.Event()

    def hang(request: Request) -> Response:
        entered.set()
        go_on.wait(PATIENCE)
        left.set()
        return json_response({})

    grace(0.05)
    server = serve(ScriptedHandler(hang))
    with connect(server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        entered.wait(PATIENCE)
        server.close()
        assert not left.is_set()
        assert connection.recv(1) == b""
    go_on.set()
    assert "count=1" in caplog.text


def test_a_stop_does_not_wait_for_a_client_that_never_reads(serve: Serve, grace: Callable[[float], None]) -> None:
    class Endless:
        def __init__(self) -> None:
            self.closed = False

        def read(self, timeout: float | None = None) -> bytes:
            return b"" if self.closed else b"x" * (1 << 20)

        def close(self) -> None:
            self.closed = True

    endless = Endless()
    grace(0.05)
    server = serve(always(Response(200, {}, endless)))
    with connect(server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(10)
        closing = threading.Thread(target=server.close, daemon=True)
        closing.start()
        closing.join(PATIENCE)
        assert not closing.is_alive()
    assert endless.closed


def test_a_stream_that_begins_during_the_stop_ends_at_once(serve: Serve, body: ScriptedBody, pool: urllib3.PoolManager) -> None:
    holder: list[HTTPServer] = []

    def stop_first(request: Request) -> Response:
        threading.Thread(target=holder[0].close, daemon=True).start()
        while not holder[0].stopping:
            time.sleep(0.001)
        return stream_response(body)

    holder.append(serve(ScriptedHandler(stop_first)))
    assert pool.request("GET", holder[0].url).data == b""
    assert body.closed


def test_the_port_can_be_bound_again_at_once(serve: Serve, pool: urllib3.PoolManager, body: ScriptedBody) -> None:
    first = serve(always(stream_response(body)), port=free_ports(1)[0])
    response = pool.request("GET", first.url, preload_content=False)
    first.close()
    second = serve(always(json_response({"second": True})), port=first.port)
    assert second.url == first.url
    assert pool.request("GET", second.url).json() == {"second": True}
    response.close()


def test_after_the_stop_nobody_listens(serve: Serve) -> None:
    server = serve(ECHO, port=free_ports(1)[0])
    server.close()
    server.close()
    with pytest.raises(ConnectionRefusedError):
        connect(server)


def test_the_context_manager_stops_the_server() -> None:
    with HTTPServer(ECHO, port=free_ports(1)[0]) as server:
        connect(server).close()
    with pytest.raises(ConnectionRefusedError):
        connect(server)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_a_host_beyond_loopback_is_refused(host: str) -> None:
    with pytest.raises(ConfigurationError, match="allow_remote"):
        HTTPServer(ECHO, host=host)


def test_a_host_beyond_loopback_can_be_asked_for(serve: Serve, pool: urllib3.PoolManager) -> None:
    server = serve(ECHO, host="0.0.0.0", allow_remote=True)
    assert pool.request("GET", f"http://127.0.0.1:{server.port}/").status == 200


def test_a_server_inside_a_simulation_is_refused() -> None:
    simulated: Any = object()
    set_current_runtime(simulated)
    try:
        with pytest.raises(ConfigurationError, match="simulation"):
            HTTPServer(ECHO)
    finally:
        set_current_runtime(None)


def test_who_shows_no_certificate_is_anonymous_whatever_the_token_says(serve: Serve, pool: urllib3.PoolManager) -> None:
    url = serve(ECHO, anonymous="nobody").url
    for headers in [{"Authorization": "Bearer any"}, {}]:
        assert pool.request("GET", url, headers=headers).json()["user"] == "nobody"


def test_the_official_client_lists_creates_and_watches(serve: Serve) -> None:
    body = ScriptedBody(RUNTIME)
    body.send(event("ADDED", "a", "5"))
    body.end()

    def answer(request: Request) -> Response:
        if request.parameter("watch"):
            return stream_response(body)
        return json_response(pod_list("a")) if request.method == "GET" else json_response(pod("b"), 201)

    untyped: Any = kubernetes
    server = serve(ScriptedHandler(answer))
    with kubernetes.client.ApiClient(kubernetes.client.Configuration(host=server.url)) as client:
        api: Any = kubernetes.client.CoreV1Api(client)
        assert [item.metadata.name for item in api.list_pod_for_all_namespaces().items] == ["a"]
        assert api.create_namespaced_pod("default", pod("b")).metadata.name == "b"
        events = untyped.watch.Watch().stream(api.list_pod_for_all_namespaces, timeout_seconds=10)
        assert [seen["object"].metadata.resource_version for seen in events] == ["5"]
