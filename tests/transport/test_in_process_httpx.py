"""Clients built on httpx with a handler behind them: what they ask, what they are told, and how streams, errors and time look to them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import anyio
import httpx
import httpx2
import kr8s.asyncio
import lightkube
import lightkube.config.models
import pytest
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import ConfigMap

from fakes import FakeAPIServer, SimulatedRuntime
from fakes.api_server.messages import Request, Response
from fakes.transport.handler import Handler
from fakes.transport.in_process_httpx import InProcessTransport
from informer.errors import ConfigurationError
from informer.runtime import ThreadRuntime
from tests.transport.scripted import ScriptedBody, always, event, in_turn, json_response, pod_list, stream_response
from tests.waiting import PATIENCE

T = TypeVar("T")

RUNTIME = ThreadRuntime()
URL = "http://fake/api/v1/pods"

# Both libraries have the same names; only one set of annotations can hold at a time.
libraries = pytest.mark.parametrize("library", [pytest.param(httpx, id="httpx"), pytest.param(httpx2, id="httpx2")])


def client(library: Any, handler: Handler, **options: Any) -> Any:
    return library.Client(transport=InProcessTransport(handler, runtime=RUNTIME), **{"timeout": PATIENCE, **options})


def async_client(library: Any, handler: Handler, **options: Any) -> Any:
    return library.AsyncClient(transport=InProcessTransport(handler, runtime=RUNTIME), **{"timeout": PATIENCE, **options})


def run(story: Callable[[], Awaitable[T]]) -> T:
    async def bounded() -> T:
        async with asyncio.timeout(PATIENCE):
            return await story()

    return asyncio.run(bounded())


@pytest.fixture
def body() -> Iterator[ScriptedBody]:
    body = ScriptedBody(RUNTIME)
    yield body
    body.close()


def create(api: FakeAPIServer, name: str) -> None:
    api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "default"}})


@libraries
def test_a_request_arrives_as_it_was_sent_and_its_answer_comes_back_whole(library: Any) -> None:
    handler = always(json_response(pod_list("a"), status=201, **{"X-One": "1"}))
    transport = InProcessTransport(handler, runtime=RUNTIME, user="alice")
    with library.Client(transport=transport) as it:
        response = it.post(f"{URL}/a%20b", params={"labelSelector": "a in (b,c)", "limit": "5"}, json={"x": 1}, headers={"X-Two": "2"})
    assert (response.status_code, response.json(), response.headers["x-one"]) == (201, pod_list("a"), "1")
    assert response.headers["content-length"] == str(len(response.content))
    [request] = handler.requests
    assert (request.method, request.path, request.user) == ("POST", "/api/v1/pods/a b", "alice")
    assert request.query == (("labelSelector", "a in (b,c)"), ("limit", "5"))
    assert (request.headers["x-two"], request.headers["content-type"]) == ("2", "application/json")
    assert request.body == b'{"x":1}'


@libraries
def test_the_answer_to_head_has_the_length_and_no_body(library: Any) -> None:
    with client(library, always(json_response(pod_list("a")))) as it:
        response = it.head(URL)
    assert response.content == b""
    assert int(response.headers["content-length"]) > 100


@libraries
def test_an_asynchronous_request_is_answered_too(library: Any) -> None:
    handler = always(json_response(pod_list("a")))

    async def story() -> Any:
        async with async_client(library, handler) as it:
            return (await it.post(URL, json={"x": 1})).json()

    assert run(story) == pod_list("a")
    assert handler.requests[0].body == b'{"x":1}'


@libraries
def test_lines_of_a_stream_come_one_by_one_and_its_end_is_clean(library: Any, body: ScriptedBody) -> None:
    with client(library, always(stream_response(body))) as it, it.stream("GET", URL) as response:
        lines = response.iter_lines()
        for name in ("a", "b"):
            body.event("ADDED", name)
            assert f"{next(lines)}\n".encode() == event("ADDED", name)
        body.end()
        assert list(lines) == []
    assert body.closed


@libraries
def test_the_event_loop_goes_on_while_a_stream_is_silent(library: Any, body: ScriptedBody) -> None:
    async def story() -> list[str]:
        async with async_client(library, always(stream_response(body))) as it, it.stream("GET", URL) as response:
            lines = response.aiter_lines()
            following = asyncio.create_task(anext(lines))
            await asyncio.to_thread(body.wait_for_reader)
            body.event("ADDED", "a")  # sent from the loop, which is therefore free
            first = await following
            body.end()
            return [first, *[line async for line in lines]]

    assert [f"{line}\n".encode() for line in run(story)] == [event("ADDED", "a")]
    assert body.closed


@libraries
def test_a_hundred_silent_asynchronous_streams_starve_no_request(library: Any) -> None:
    bodies = [ScriptedBody(RUNTIME) for _ in range(100)]
    handler = in_turn(*[stream_response(body) for body in bodies], json_response(pod_list("a")))

    async def story() -> Any:
        async with async_client(library, handler) as it:
            streams = [await it.send(it.build_request("GET", URL), stream=True) for _ in bodies]
            readers = [asyncio.create_task(anext(stream.aiter_raw())) for stream in streams]
            for body in bodies:
                await asyncio.to_thread(body.wait_for_reader)
            answer = (await it.get(URL)).json()
            for reader, stream in zip(readers, streams, strict=True):
                reader.cancel()
                await stream.aclose()
            await asyncio.gather(*readers, return_exceptions=True)
            return answer

    assert run(story) == pod_list("a")
    assert all(body.closed for body in bodies)


@libraries
def test_a_reader_that_is_cancelled_closes_the_stream(library: Any, body: ScriptedBody) -> None:
    async def follow(it: Any) -> None:
        async with it.stream("GET", URL) as response:
            await anext(response.aiter_lines())

    async def story() -> None:
        async with async_client(library, always(stream_response(body))) as it:
            following = asyncio.create_task(follow(it))
            await asyncio.to_thread(body.wait_for_reader)
            following.cancel()
            with pytest.raises(asyncio.CancelledError):
                await following
            await asyncio.to_thread(body.wait_for_close)

    run(story)


@libraries
def test_a_deadline_of_anyio_ends_a_blocked_read(library: Any, body: ScriptedBody) -> None:
    async def story() -> bool:
        async with async_client(library, always(stream_response(body))) as it, it.stream("GET", URL) as response:
            with anyio.move_on_after(0.05) as deadline:
                await anext(response.aiter_lines())
            return deadline.cancelled_caught

    assert run(story)


@libraries
def test_a_stream_that_is_answered_after_its_client_gave_up_is_closed(library: Any, body: ScriptedBody) -> None:
    asked, answered = RUNTIME.condition(), RUNTIME.condition()
    state = {"asked": False, "answer": False}

    class Slow:
        def handle(self, request: Request) -> Response:
            with asked:
                state["asked"] = True
                asked.notify_all()
            with answered:
                while not state["answer"]:
                    assert answered.wait(PATIENCE)
            return stream_response(body)

    def wait_until_asked() -> None:
        with asked:
            while not state["asked"]:
                assert asked.wait(PATIENCE)

    def let_it_answer() -> None:
        with answered:
            state["answer"] = True
            answered.notify_all()

    async def story() -> None:
        async with async_client(library, Slow()) as it:
            asking = asyncio.create_task(it.send(it.build_request("GET", URL), stream=True))
            await asyncio.to_thread(wait_until_asked)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            let_it_answer()
            await asyncio.to_thread(body.wait_for_close)

    run(story)


@libraries
@pytest.mark.parametrize(
    ("failure", "seen"),
    [
        (ConnectionRefusedError("no"), "ConnectError"),
        (ConnectionResetError("cut"), "RemoteProtocolError"),
        (TimeoutError("late"), "ReadTimeout"),
    ],
)
def test_what_happens_to_a_connection_is_what_the_client_raises(library: Any, failure: Exception, seen: str) -> None:
    with client(library, in_turn(failure)) as it, pytest.raises(getattr(library, seen)) as caught:
        it.get(URL)
    assert caught.value.request.url == URL

    async def story() -> None:
        async with async_client(library, in_turn(failure)) as it:
            await it.get(URL)

    with pytest.raises(getattr(library, seen)):
        run(story)


@libraries
def test_a_stream_that_breaks_gives_what_came_before(library: Any, body: ScriptedBody) -> None:
    body.event("ADDED", "a")
    body.break_off()
    with client(library, always(stream_response(body))) as it, it.stream("GET", URL) as response:
        lines = response.iter_lines()
        assert f"{next(lines)}\n".encode() == event("ADDED", "a")
        with pytest.raises(library.RemoteProtocolError):
            next(lines)
    assert body.closed


@libraries
def test_a_silent_stream_ends_at_the_read_timeout(library: Any, body: ScriptedBody) -> None:
    timeout = library.Timeout(None, read=0.01)
    with (
        client(library, always(stream_response(body)), timeout=timeout) as it,
        pytest.raises(library.ReadTimeout),  # on a busy machine the answer may be late already
        it.stream("GET", URL) as response,
    ):
        next(response.iter_lines())


@libraries
def test_an_answer_that_takes_longer_than_the_read_timeout_is_not_given(library: Any, body: ScriptedBody) -> None:
    class Late(ThreadRuntime):
        elapsed = 0.0

        def monotonic(self) -> float:
            self.elapsed += 6
            return self.elapsed

    transport = InProcessTransport(always(stream_response(body)), runtime=Late())
    with library.Client(transport=transport, timeout=5) as it, pytest.raises(library.ReadTimeout):
        it.get(URL)
    assert body.closed


@libraries
def test_a_synchronous_client_works_in_a_simulation(library: Any) -> None:
    runtime = SimulatedRuntime(seed=1)
    seen: list[str] = []

    def story() -> None:
        api = FakeAPIServer()
        query = {"watch": "1", "resourceVersion": str(api.revision)}
        with (
            library.Client(transport=api.httpx_transport()) as it,
            it.stream("GET", "http://fake/api/v1/configmaps", params=query, timeout=None) as response,
        ):
            runtime.spawn(lambda: create(api, "late"), name="writer")
            seen.append(next(response.iter_lines()))

    runtime.run(story)
    assert '"name":"late"' in seen[0]


@libraries
def test_an_asynchronous_client_is_refused_in_a_simulation(library: Any) -> None:
    transport = InProcessTransport(always(json_response({})), runtime=SimulatedRuntime(seed=1))

    async def story() -> None:
        async with library.AsyncClient(transport=transport) as it:
            await it.get(URL)

    with pytest.raises(ConfigurationError, match=r"use httpx\.Client"):
        run(story)


def test_lightkube_lists_writes_and_watches_in_process() -> None:
    api = FakeAPIServer()
    config = lightkube.KubeConfig.from_one(
        cluster=lightkube.config.models.Cluster(server="http://fake"), user=lightkube.config.models.User()
    )
    with lightkube.Client(config, transport=api.httpx_transport()) as kube:
        kube.create(ConfigMap(metadata=ObjectMeta(name="a", namespace="default"), data={"colour": "red"}))
        assert [each.data for each in kube.list(ConfigMap)] == [{"colour": "red"}]
        events: Any = kube.watch(ConfigMap)
        assert (lambda kind, each: (kind, each.metadata.name))(*next(events)) == ("ADDED", "a")
        kube.delete(ConfigMap, "a")
        assert next(events)[0] == "DELETED"
        events.close()


@pytest.mark.filterwarnings("ignore:Kubernetes version")
def test_kr8s_lists_writes_and_watches_in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    api = FakeAPIServer()

    async def session(kube: Any) -> None:
        kube._session = httpx.AsyncClient(base_url=kube.auth.server, transport=api.httpx_transport(), timeout=PATIENCE)

    monkeypatch.setattr(kr8s.asyncio.Api, "_create_session", session)

    async def story() -> list[str]:
        kube = await kr8s.asyncio.api(url="http://fake")
        seen: list[str] = []
        async for kind, each in kube.watch("configmaps", namespace="default"):
            seen.append(f"{kind} {each.name}")
            if kind == "DELETED":
                break
            await each.delete()
        return seen

    create(api, "a")
    assert run(story) == ["ADDED a", "DELETED a"]
