"""The official client with a handler behind it: what it asks, what it is told, and how streams, errors and time look to it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import kubernetes
import pytest
import urllib3
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError, ReadTimeoutError

from fakes.api_server.messages import Request, Response
from fakes.transport.handler import Handler
from fakes.transport.in_process import api_client
from fakes.transport.in_process_response import InProcessResponse
from informer.errors import ConfigurationError
from informer.runtime import ThreadRuntime
from tests.transport.scripted import (
    ScriptedBody,
    ScriptedHandler,
    always,
    event,
    in_turn,
    json_response,
    pod,
    pod_list,
    stream_response,
)
from tests.waiting import PATIENCE

RUNTIME = ThreadRuntime()
URL = "http://fake/api/v1/pods"


class ClockedRuntime(ThreadRuntime):
    """Its time passes in `sleep` alone, and checkpoints are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0
        self.checkpoints: list[str] = []

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def checkpoint(self, what: str) -> None:
        self.checkpoints.append(what)


# The official client's annotations do not know raw answers, dicts as bodies, `async_req` or its own Watch.
Untyped: Any = kubernetes


def core(handler: Handler) -> Any:
    return kubernetes.client.CoreV1Api(api_client(handler, runtime=RUNTIME))


def ask(handler: Handler, method: str = "GET", url: str = URL, **options: Any) -> InProcessResponse:
    runtime = options.pop("runtime", RUNTIME)
    manager: Any = api_client(handler, runtime=runtime).rest_client.pool_manager
    response = manager.request(method, url, preload_content=False, **options)
    assert isinstance(response, InProcessResponse)
    return response


@pytest.fixture
def body() -> Iterator[ScriptedBody]:
    body = ScriptedBody(RUNTIME)
    yield body
    body.close()


def test_a_typed_list_asks_one_request_and_gives_models() -> None:
    handler = always(json_response(pod_list("a", "b")))
    pods = core(handler).list_namespaced_pod("default", label_selector="app=x,tier in (a,b)", limit=5)
    assert [item.metadata.name for item in pods.items] == ["a", "b"]
    (request,) = handler.requests
    assert (request.method, request.path, request.body) == ("GET", "/api/v1/namespaces/default/pods", b"")
    assert sorted(request.query) == [("labelSelector", "app=x,tier in (a,b)"), ("limit", "5")]
    assert request.user == "system:admin"


def test_a_typed_create_sends_its_body_as_json() -> None:
    handler = always(json_response(pod("a"), status=201))
    created = core(handler).create_namespaced_pod("default", pod("a"), dry_run="All")
    assert created.metadata.name == "a"
    (request,) = handler.requests
    assert request.method == "POST"
    assert request.parameter("dryRun") == "All"
    assert b'"image": "i"' in request.body


def test_the_user_agent_and_the_user_reach_the_handler() -> None:
    handler = always(json_response(pod_list()))
    client = api_client(handler, runtime=RUNTIME, user="alice")
    client.user_agent = "my-controller/1.0"
    kubernetes.client.CoreV1Api(client).list_pod_for_all_namespaces()
    assert (handler.requests[0].headers["user-agent"], handler.requests[0].user) == ("my-controller/1.0", "alice")


def test_a_configuration_of_the_callers_is_used_as_it_is() -> None:
    configuration = kubernetes.client.Configuration(host="https://somewhere.invalid:6443")
    configuration.api_key = {"authorization": "Bearer secret"}
    handler = always(json_response(pod_list()))
    client = api_client(handler, runtime=RUNTIME, configuration=configuration)
    kubernetes.client.CoreV1Api(client).list_pod_for_all_namespaces()
    assert client.configuration is configuration
    assert handler.requests[0].headers["authorization"] == "Bearer secret"


def test_two_clients_never_share_a_host_name_and_so_no_discovery_cache() -> None:
    handler = always(json_response({}))
    hosts = {api_client(handler, runtime=ThreadRuntime(seed=1)).configuration.host for _ in range(2)}
    assert len(hosts) == 2


def test_repeated_headers_are_joined() -> None:
    handler = always(json_response({}))
    headers = urllib3.HTTPHeaderDict([("Impersonate-Group", "a"), ("Impersonate-Group", "b")])
    ask(handler, headers=headers)
    assert handler.requests[0].headers["impersonate-group"] == "a, b"


def test_fields_go_to_the_query_of_a_get() -> None:
    handler = always(json_response({}))
    ask(handler, fields=[("limit", "5"), ("watch", "true")])
    assert handler.requests[0].query == (("limit", "5"), ("watch", "true"))


def test_a_body_that_is_neither_text_nor_bytes_is_refused() -> None:
    with pytest.raises(TypeError, match="list_iterator"):
        ask(always(json_response({})), "POST", body=iter([b"x"]))


def test_a_refusal_is_the_official_clients_exception_with_its_body() -> None:
    status = {"kind": "Status", "apiVersion": "v1", "code": 404, "reason": "NotFound", "message": "no"}
    with pytest.raises(kubernetes.client.ApiException) as caught:
        core(always(json_response(status, status=404))).read_namespaced_pod("a", "default")
    assert (caught.value.status, caught.value.reason) == (404, "Not Found")
    assert '"NotFound"' in str(caught.value.body)


def test_a_raw_answer_is_the_urllib3_response_with_the_bytes_of_the_handler_uncopied() -> None:
    answer = json_response(pod_list("a"))
    response = core(always(answer)).list_pod_for_all_namespaces(_preload_content=False)
    assert isinstance(response, urllib3.HTTPResponse)
    assert isinstance(answer.body, bytes)
    assert response.headers["Content-Length"] == str(len(answer.body))
    assert response.read() is answer.body
    assert response.read() == b""


def test_a_whole_answer_is_kept_for_every_look_at_data() -> None:
    answer = json_response(pod_list("a"))
    response = ask(always(answer))
    assert response.data is answer.body
    assert response.data is answer.body
    assert response.json()["kind"] == "PodList"


def test_a_whole_answer_can_be_read_in_parts() -> None:
    response = ask(always(Response(200, {}, b"0123456789")))
    assert [response.read(4), response.read1(4), response.read(4), response.read(4)] == [b"0123", b"4567", b"89", b""]
    assert response.closed


@pytest.mark.parametrize("amount", [None, 3, 100])
def test_streaming_a_whole_answer_ends(amount: int | None) -> None:
    assert b"".join(ask(always(Response(200, {}, b"0123456789"))).stream(amount)) == b"0123456789"


def test_an_empty_answer_is_empty() -> None:
    response = ask(always(Response(204, {}, b"")))
    assert (response.data, list(ask(always(Response(204, {}, b""))).stream())) == (b"", [])


def test_a_head_request_gets_headers_and_no_body() -> None:
    response = ask(always(json_response({"a": 1})), "HEAD")
    assert (response.headers["Content-Length"], response.data) == ("8", b"")


@pytest.mark.parametrize("read", [lambda response: response.data, lambda response: list(response.stream(10))], ids=["data", "stream"])
def test_fewer_bytes_than_the_length_says_are_an_incomplete_read(read: Callable[[InProcessResponse], object]) -> None:
    with pytest.raises(ProtocolError, match=r"IncompleteRead\(5 bytes read, 95 more expected"):
        read(ask(always(Response(200, {"Content-Length": "100"}, b"short"))))


def test_a_watch_gives_events_as_they_come(body: ScriptedBody) -> None:
    body.event("ADDED", "a", "5")
    events = Untyped.watch.Watch().stream(core(always(stream_response(body))).list_pod_for_all_namespaces, timeout_seconds=5)
    first = next(events)
    assert (first["type"], first["object"].metadata.name) == ("ADDED", "a")
    body.event("MODIFIED", "a", "6")
    assert next(events)["object"].metadata.resource_version == "6"
    body.end()
    assert list(events) == []
    assert body.closed


def test_leaving_a_watch_early_closes_the_body(body: ScriptedBody) -> None:
    body.event("ADDED", "a")
    for _ in Untyped.watch.Watch().stream(core(always(stream_response(body))).list_pod_for_all_namespaces):
        break
    assert body.closed


READS: dict[str, Callable[[InProcessResponse], bytes]] = {
    "read": lambda response: response.read(1 << 16),
    "read1": lambda response: response.read1(1 << 16),
    "read1 without an amount": lambda response: response.read1(),
    "decoding read": lambda response: response.read(1 << 16, decode_content=True),
    "stream": lambda response: next(response.stream(1 << 16, decode_content=True)),
    "stream without an amount": lambda response: next(response.stream(None)),
    "read_chunked": lambda response: next(response.read_chunked()),
    "iteration": lambda response: next(iter(response)),
    "readinto": lambda response: _readinto(response),
}


def _readinto(response: InProcessResponse) -> bytes:
    buffer = bytearray(1 << 16)
    return bytes(buffer[: response.readinto(buffer)])


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_no_read_waits_for_a_full_buffer(read: Callable[[InProcessResponse], bytes], body: ScriptedBody) -> None:
    body.send(b"one\n")
    assert read(ask(always(stream_response(body)), timeout=PATIENCE)) == b"one\n"


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_a_break_in_the_middle_of_a_line_is_a_protocol_error_after_the_bytes_before_it(
    read: Callable[[InProcessResponse], bytes], body: ScriptedBody
) -> None:
    body.send(b"half a li")
    body.break_off()
    response = ask(always(stream_response(body)))
    assert response.read1() == b"half a li"
    with pytest.raises(ProtocolError, match="scripted break"):
        read(response)
    assert body.closed


def test_reading_everything_waits_for_the_end(body: ScriptedBody) -> None:
    body.send(b"one")
    body.send(b"two")
    body.end()
    assert ask(always(stream_response(body))).data == b"onetwo"
    assert body.closed


def test_silence_longer_than_the_read_timeout_is_a_read_timeout(body: ScriptedBody) -> None:
    body.send(b"one")
    client = api_client(always(stream_response(body)), runtime=ClockedRuntime())  # whose clock takes every answer for a prompt one
    response = Untyped.client.CoreV1Api(client).list_pod_for_all_namespaces(_preload_content=False, _request_timeout=(3, 0.02))
    assert response.read1() == b"one"
    with pytest.raises(ReadTimeoutError):
        response.read1()
    assert body.closed


@pytest.mark.parametrize(
    ("timeout", "seconds"),
    [
        (None, None),
        (7, 7),
        (urllib3.Timeout(total=7), 7),
        (urllib3.Timeout(connect=3, read=8), 8),
        (urllib3.Timeout(total=5, read=8), 5),
        (urllib3.Timeout(total=9, read=8), 8),
        (urllib3.Timeout(connect=3, read=None), None),
    ],
)
def test_the_read_part_of_a_timeout_reaches_the_body(timeout: Any, seconds: float | None) -> None:
    asked: list[float | None] = []

    class Body:
        def read(self, timeout: float | None = None) -> bytes:
            asked.append(timeout)
            return b""

        def close(self) -> None:
            pass

    ask(always(Response(200, {}, Body())), timeout=timeout).read1()
    assert asked == [seconds]


def blocked(body: ScriptedBody, read: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """A thread that is blocked in `read`, and the list its result or error will be put in."""
    results: list[object] = []

    def run() -> None:
        try:
            results.append(read())
        except Exception as error:
            results.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    body.wait_for_reader()
    return thread, results


@pytest.mark.parametrize("leave", [InProcessResponse.close, InProcessResponse.release_conn])
def test_close_from_another_thread_wakes_a_blocked_read_and_ends_it(leave: Callable[[InProcessResponse], None], body: ScriptedBody) -> None:
    response = ask(always(stream_response(body)))
    thread, results = blocked(body, response.read1)
    leave(response)
    thread.join(PATIENCE)
    assert results == [b""]
    assert body.closed
    assert response.closed


SHUTDOWNS: dict[str, Callable[[Any], None]] = {
    "the response's": lambda response: response.shutdown(),
    "the socket's, as the official Watch.stop does": lambda response: response.connection.sock.shutdown(socket.SHUT_RDWR),
}


@pytest.mark.parametrize("shutdown", SHUTDOWNS.values(), ids=SHUTDOWNS.keys())
def test_shutdown_from_another_thread_makes_a_blocked_read_fail(shutdown: Callable[[Any], None], body: ScriptedBody) -> None:
    response = ask(always(stream_response(body)))
    thread, results = blocked(body, response.read1)
    shutdown(response)
    thread.join(PATIENCE)
    assert [type(result) for result in results] == [ProtocolError]
    assert body.closed


def test_an_abandoned_answer_is_not_closed_by_the_garbage_collector(body: ScriptedBody) -> None:
    response = ask(always(stream_response(body)))
    del response
    assert not body.closed


def test_a_connection_that_breaks_before_the_answer_is_asked_again_as_urllib3_does() -> None:
    handler = in_turn(ConnectionResetError("gone"), json_response(pod_list("a")))
    assert len(core(handler).list_pod_for_all_namespaces().items) == 1
    assert len(handler.requests) == 2


def test_a_write_whose_connection_breaks_is_not_repeated() -> None:
    handler = in_turn(ConnectionResetError("gone"))
    with pytest.raises(ProtocolError, match="Connection aborted"):
        core(handler).create_namespaced_pod("default", pod("a"))


def test_a_server_that_nobody_reaches_is_asked_four_times_and_then_given_up() -> None:
    handler = in_turn(*[ConnectionRefusedError("nobody listens")] * 4)
    with pytest.raises(MaxRetryError) as caught:
        core(handler).list_pod_for_all_namespaces()
    assert isinstance(caught.value.reason, NewConnectionError)
    assert str(caught.value).startswith("InProcessPoolManager: Max retries exceeded with url: /api/v1/pods")


@pytest.mark.parametrize(
    ("error", "seen"),
    [
        (ConnectionRefusedError("x"), NewConnectionError),
        (ConnectionResetError("x"), ProtocolError),
        (BrokenPipeError("x"), ProtocolError),
        (TimeoutError("x"), ReadTimeoutError),
    ],
)
def test_without_retries_each_failure_is_raised_as_it_is(error: Exception, seen: type[Exception]) -> None:
    handler = in_turn(error)
    with pytest.raises(seen):
        ask(handler, retries=False)
    assert len(handler.requests) == 1


def test_a_configuration_without_retries_is_obeyed() -> None:
    configuration = kubernetes.client.Configuration()
    configuration.retries = False
    handler = in_turn(ConnectionResetError("gone"))
    client = api_client(handler, runtime=RUNTIME, configuration=configuration)
    with pytest.raises(ProtocolError):
        kubernetes.client.CoreV1Api(client).list_pod_for_all_namespaces()


def test_an_error_that_is_the_handlers_own_is_raised_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        ask(in_turn(ZeroDivisionError()))


def test_retry_after_is_slept_on_the_runtime_and_then_asked_again() -> None:
    runtime = ClockedRuntime()
    handler = in_turn(json_response({}, 429, **{"Retry-After": "3"}), json_response({}, 503, **{"Retry-After": "2"}), json_response({}))
    assert ask(handler, runtime=runtime).status == 200
    assert runtime.time == 5


def test_the_last_answer_is_given_when_retry_after_is_used_up() -> None:
    runtime = ClockedRuntime()
    refusals = [json_response({}, 429, **{"Retry-After": "1"})] * 4
    assert ask(in_turn(*refusals), runtime=runtime).status == 429
    assert runtime.time == 3


def test_retry_after_is_left_to_the_caller_without_retries() -> None:
    assert ask(in_turn(json_response({}, 429, **{"Retry-After": "1"})), retries=False).status == 429


def test_a_backoff_factor_is_slept_on_the_runtime() -> None:
    runtime = ClockedRuntime()
    handler = in_turn(*[ConnectionResetError("x")] * 3, json_response({}))
    ask(handler, runtime=runtime, retries=urllib3.Retry(3, backoff_factor=1))
    assert runtime.time == 2 + 4


def test_an_answer_later_than_the_timeout_is_lost_and_its_body_closed(body: ScriptedBody) -> None:
    runtime = ClockedRuntime()

    def late(request: Request) -> Response:
        runtime.sleep(6)
        return stream_response(body)

    with pytest.raises(ReadTimeoutError):
        ask(ScriptedHandler(late), runtime=runtime, timeout=5, retries=False)
    assert body.closed


def test_other_tasks_may_move_between_a_write_and_its_answer() -> None:
    runtime = ClockedRuntime()
    ask(always(json_response({})), "PUT", f"{URL}/a?dryRun=All", body=b"{}", runtime=runtime)
    assert runtime.checkpoints == ["the answer to PUT /api/v1/pods/a?dryRun=All"]


def test_a_task_that_ends_at_the_answer_closes_its_body(body: ScriptedBody) -> None:
    class Crashing(ThreadRuntime):
        def checkpoint(self, what: str) -> None:
            if what.startswith("the answer"):
                raise SystemExit

    with pytest.raises(SystemExit):
        ask(always(stream_response(body)), runtime=Crashing())
    assert body.closed


def test_async_requests_work_under_threads() -> None:
    client = api_client(always(json_response(pod_list("a"))), runtime=RUNTIME)
    with client:
        pending = Untyped.client.CoreV1Api(client).list_pod_for_all_namespaces(async_req=True)
        assert len(pending.get(PATIENCE).items) == 1


def test_async_requests_are_refused_in_a_simulation() -> None:
    class Simulated:
        def __getattr__(self, name: str) -> Any:
            return getattr(RUNTIME, name)

    simulated: Any = Simulated()
    client = api_client(always(json_response(pod_list())), runtime=simulated)
    with pytest.raises(ConfigurationError, match="async_req"):
        Untyped.client.CoreV1Api(client).list_pod_for_all_namespaces(async_req=True)
    with pytest.raises(ConfigurationError, match="async_req"):
        _ = client.pool


def test_custom_objects_come_as_dicts() -> None:
    handler = always(json_response({"kind": "Widget", "metadata": {"name": "w"}}))
    api = Untyped.client.CustomObjectsApi(api_client(handler, runtime=RUNTIME))
    patched = api.patch_namespaced_custom_object("example.com", "v1", "default", "widgets", "w", {"spec": {}})
    assert patched["kind"] == "Widget"
    assert (handler.requests[0].method, handler.requests[0].path) == ("PATCH", "/apis/example.com/v1/namespaces/default/widgets/w")


def test_the_dynamic_client_discovers_lists_and_watches(body: ScriptedBody, tmp_path: Any) -> None:
    verbs = ["get", "list", "watch"]
    resources = [{"name": "pods", "singularName": "pod", "namespaced": True, "kind": "Pod", "verbs": verbs}]
    body.send(event("ADDED", "a", "5"))
    body.end()

    def answer(request: Request) -> Response:
        if request.parameter("watch"):
            return stream_response(body)
        documents = {
            "/version": {"gitVersion": "v1.37.0", "major": "1", "minor": "37"},
            "/apis": {"kind": "APIGroupList", "groups": []},
            "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": resources},
            "/api/v1/namespaces/default/pods": pod_list("a"),
        }
        return json_response(documents[request.path])

    client = api_client(ScriptedHandler(answer), runtime=RUNTIME)
    dynamic = Untyped.dynamic.DynamicClient(client, cache_file=str(tmp_path / "discovery"))
    pods = dynamic.resources.get(api_version="v1", kind="Pod")
    assert [item.metadata.name for item in pods.get(namespace="default").items] == ["a"]
    assert [seen["object"].metadata.name for seen in pods.watch(namespace="default", timeout=1)] == ["a"]


def test_event_streams_reach_the_reader_piece_by_piece_and_in_order(body: ScriptedBody) -> None:
    pieces = [event("ADDED", f"pod-{number}") for number in range(5)]
    for piece in pieces:
        body.send(piece)
    body.end()
    assert list(ask(always(stream_response(body))).stream(None)) == pieces
