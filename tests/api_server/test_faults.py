"""Faults: what is injected happens, to whom and when it was said, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fakes.api_server.errors import forbidden
from fakes.api_server.faults import Fault, StreamFault
from tests.api_server.client import CONFIG_MAPS, FOOS, Client, brief, config_map, foo


@pytest.fixture
def client() -> Client:
    return Client().with_foos()


def statuses(client: Client, number: int, path: str = CONFIG_MAPS) -> list[int]:
    return [client.get(path).status for _ in range(number)]


def test_a_fault_hits_the_next_requests_that_match_after_those_it_lets_pass(client: Client) -> None:
    client.api.inject(Fault(verb="list", resource="configmaps", status=503, times=2, after=1))
    assert client.get(FOOS).status == 200
    assert client.get(f"{CONFIG_MAPS}/x").status == 404
    assert statuses(client, 5) == [200, 503, 503, 200, 200]


def test_several_faults_take_their_turns(client: Client) -> None:
    client.api.inject(Fault(status=500))
    client.api.inject(Fault(status=503))
    assert statuses(client, 3) == [500, 503, 200]


def test_a_fault_is_a_status_with_advice(client: Client) -> None:
    client.api.inject(Fault(status=429, retry_after=7, message="storage is (re)initializing"))
    answer = client.get(FOOS)
    assert (answer.headers["Retry-After"], answer.json) == (
        "7",
        {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": "storage is (re)initializing",
            "reason": "TooManyRequests",
            "details": {"retryAfterSeconds": 7},
            "code": 429,
        },
    )


def test_a_fault_can_be_any_status_or_any_bytes(client: Client) -> None:
    client.api.inject(Fault(error=forbidden("pods", "", 'User "bob" cannot list resource "pods"')))
    assert client.get("/api/v1/pods").message == 'pods is forbidden: User "bob" cannot list resource "pods"'
    client.api.inject(Fault(status=502, body=b"<html>", content_type="text/html", retry_after=1))
    answer = client.get("/api/v1/pods")
    assert (answer.status, answer.raw, answer.headers["Content-Type"], answer.headers["Retry-After"]) == (502, b"<html>", "text/html", "1")


def test_a_fault_may_hit_discovery_too(client: Client) -> None:
    client.api.inject(Fault(status=503))
    assert client.get("/apis").status == 503
    client.api.inject(Fault(verb="list", status=503))
    assert client.get("/apis").status == 200


def test_a_broken_connection_breaks_when_it_is_read_and_is_recorded_as_no_answer(client: Client) -> None:
    client.api.inject(Fault(verb="get", disconnect=True))
    response = client.api.handle(client.request("GET", f"{FOOS}/a"))
    assert not isinstance(response.body, bytes)
    with pytest.raises(ConnectionResetError):
        response.body.read()
    response.body.close()
    assert client.api.requests[-1].status == 0


@pytest.mark.parametrize(("commit", "status"), [(True, 200), (False, 404)])
def test_a_write_whose_answer_is_lost_may_have_happened(client: Client, commit: bool, status: int) -> None:
    client.api.inject(Fault(verb="create", status=504, commit=commit))
    assert client.post(CONFIG_MAPS, config_map("c")).status == 504
    assert client.get(f"{CONFIG_MAPS}/c").status == status


def test_faults_that_have_not_happened_can_be_dropped(client: Client) -> None:
    client.api.inject(Fault(times=100))
    client.api.inject(StreamFault("end", opening=1))
    client.api.clear_faults()
    assert client.get(FOOS).status == 200
    assert client.watch(FOOS, allowWatchBookmarks="true").read()


def test_the_hand_of_the_test_meets_no_faults_and_leaves_no_record(client: Client) -> None:
    client.api.inject(Fault(times=100))
    client.api.create(foo("a"))
    assert client.api.get("foos", "a")["metadata"]["name"] == "a"
    assert client.api.requests == []


def test_disconnecting_breaks_every_open_watch_at_once(client: Client) -> None:
    streams = [client.watch(FOOS, resourceVersion=client.api.revision) for _ in range(3)]
    other = client.watch(CONFIG_MAPS, timeoutSeconds=1)
    client.api.create(foo("a"))
    assert client.api.disconnect(resource="foos.lab.io") == 3
    for opened in streams:
        with pytest.raises(ConnectionResetError):
            opened.body.read()
    assert client.run(other.brief) == []
    assert client.api.disconnect() == 0


def test_a_broken_stream_that_is_closed_before_it_is_read_has_not_ended_well(client: Client) -> None:
    opened = client.watch(FOOS, resourceVersion=client.api.revision)
    client.api.disconnect()
    opened.body.close()
    with pytest.raises(ConnectionResetError):
        opened.body.read()


def test_a_clean_end_comes_after_what_was_on_its_way(client: Client) -> None:
    opened = client.watch(FOOS, resourceVersion=client.api.revision)
    client.api.create(foo("a"))
    assert client.api.disconnect(clean=True) == 1
    client.api.create(foo("b"))
    assert opened.brief() == [f"ADDED a@{client.api.revision - 1}"]
    assert opened.body.read() == b""


def test_disconnecting_wakes_a_blocked_read(client: Client) -> None:
    opened = client.watch(FOOS, resourceVersion=client.api.revision)

    def main() -> None:
        client.runtime.spawn(after(client, 3, lambda: client.api.disconnect()), name="breaker")
        with pytest.raises(ConnectionResetError):
            opened.body.read()

    client.run(main)
    assert client.runtime.monotonic() == 3.0


def after(client: Client, seconds: float, act: Callable[[], object]) -> Callable[[], None]:
    def acting() -> None:
        client.runtime.sleep(seconds)
        act()

    return acting


def test_a_torn_line_is_followed_by_the_break(client: Client) -> None:
    opened = client.watch(FOOS, resourceVersion=client.api.revision)
    client.api.create(foo("a"))
    client.api.inject(StreamFault("tear"))
    assert [brief(event) for event in opened.read()] == [f"ADDED a@{client.api.revision}"]
    torn = opened.body.read()
    assert torn.startswith(b'{"type":"MODIFIED"')
    assert b"\n" not in torn
    with pytest.raises(ConnectionResetError):
        opened.body.read()


def test_an_injected_line_arrives_as_it_is_between_the_events(client: Client) -> None:
    opened = client.watch(FOOS, resourceVersion=client.api.revision)
    client.api.create(foo("a"))
    client.api.inject_line(b"<garbage>\n", resource="foos.lab.io")
    client.api.inject_line(b"elsewhere\n", resource="pods")
    client.api.create(foo("b"))
    reads = [opened.body.read() for _ in range(3)]
    assert (reads[1], [b'"name":"a"' in reads[0], b'"name":"b"' in reads[2]]) == (b"<garbage>\n", [True, True])


def test_a_silent_stream_stays_silent_past_its_timeout_until_somebody_ends_it(client: Client) -> None:
    opened = client.watch(FOOS, resourceVersion=client.api.revision, timeoutSeconds=10, allowWatchBookmarks="true")
    client.api.inject(StreamFault("silence"))
    client.api.create(foo("a"))

    def main() -> bytes:
        with pytest.raises(TimeoutError):
            opened.body.read(timeout=500)
        client.runtime.spawn(after(client, 100, lambda: client.api.disconnect(clean=True)), name="ender")
        return opened.body.read()

    assert client.run(main) == b""
    assert client.runtime.monotonic() == 600.0


def test_an_error_event_is_the_last_thing_a_stream_says(client: Client) -> None:
    streams = [client.watch(FOOS, resourceVersion=client.api.revision) for _ in range(2)]
    client.api.inject(StreamFault("error"))
    client.api.create(foo("a"))
    assert [opened.brief() for opened in streams] == [["ERROR @410"]] * 2


def test_a_stream_fault_waits_for_events_and_hits_the_streams_that_open_next(client: Client) -> None:
    client.api.inject(StreamFault("end", resource="foos.lab.io", after=2, opening=1))
    for name in "abc":
        client.api.create(foo(name))
    other = client.watch(CONFIG_MAPS, timeoutSeconds=1)
    hit = client.watch(FOOS, timeoutSeconds=1, allowWatchBookmarks="true")
    spared = client.watch(FOOS, timeoutSeconds=1)

    def main() -> list[int]:
        return [len(opened.brief()) for opened in (other, hit, spared)]

    assert client.run(main) == [0, 2, 3]


def test_events_that_a_selector_hides_do_not_count(client: Client) -> None:
    opened = client.watch(FOOS, resourceVersion=client.api.revision, labelSelector="x=1")
    client.api.inject(StreamFault("break", after=1))
    client.api.create(foo("hidden"))
    client.api.create(foo("shown", labels={"x": "1"}))
    client.api.create(foo("late", labels={"x": "1"}))
    assert [event["object"]["metadata"]["name"] for event in opened.read()] == ["shown"]
    with pytest.raises(ConnectionResetError):
        opened.body.read()


def test_a_closed_server_ends_its_streams_and_answers_503(client: Client) -> None:
    opened = client.watch(FOOS, resourceVersion=client.api.revision)
    client.api.close()
    client.api.close()
    assert opened.body.read() == b""
    assert client.get(FOOS).status == 503


@pytest.mark.parametrize("resource", ["foos", "foos.lab.io"])
def test_a_resource_may_be_named_with_its_group_or_without(client: Client, resource: str) -> None:
    client.api.inject(Fault(verb="list", resource=resource, status=503))
    assert statuses(client, 2, FOOS) == [503, 200]
    stream = client.watch(FOOS)
    client.api.inject(StreamFault("end", resource=resource))
    assert stream.rest() == []
    client.watch(FOOS)
    assert client.api.disconnect(resource=resource) == 1


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Fault(verb="lists"), "no request has the verb 'lists'"),
        (lambda: Fault(verb="GET"), "no request has the verb 'GET'"),
        (lambda: Fault(status=42), "42 is no status of HTTP that ends a request"),
        (lambda: StreamFault("tears"), "a stream fault is one of end, break, tear, line, silence, error, not 'tears'"),  # type: ignore[arg-type]
    ],
)
def test_a_fault_that_could_never_happen_is_refused(make: Callable[[], object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        make()


def test_another_word_for_a_resource_is_refused_with_the_one_to_use(client: Client) -> None:
    acts: list[Callable[[], object]] = [
        lambda: client.api.inject(Fault(resource="deployment")),
        lambda: client.api.inject(StreamFault("end", resource="deploy")),
        lambda: client.api.disconnect(resource="Deployment"),
        lambda: client.api.deny(resource=["pods", "deploy/scale"]),
    ]
    for act in acts:
        with pytest.raises(ValueError, match="is 'deployments' here"):
            act()
    client.api.inject(Fault(resource="later.example.com"))


def test_what_is_no_fault_is_refused(client: Client) -> None:
    with pytest.raises(TypeError, match="a Fault or a StreamFault is injected, not 'x'"):
        client.api.inject("x")  # type: ignore[arg-type]
