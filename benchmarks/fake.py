"""The fake API server beside a real control plane, in one run: `python benchmarks/fake.py [OBJECTS]`.

Prints ratios, with what is wanted of them. Both are asked through the same official client, by one caller; the served fake shares the
process, and so the interpreter, with its client, as it does in a test. A start lasts until the first answer; the control plane's programs
are built before the clock starts.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from urllib.parse import urlsplit

from kubernetes import client, config
from urllib3 import HTTPResponse

from fakes import FakeAPIServer
from fakes.clusters.control_plane.binaries import find_binaries
from fakes.clusters.control_plane.control_plane import ControlPlane

VALUE = "value" * 20
BATCH = 200
BATCHES = 5
WATCHERS = 100
EVENTS = 20
STARTS = 9
REAL_STARTS = 3

Opened = Callable[[], AbstractContextManager[client.ApiClient]]


def config_map(name: str) -> client.V1ConfigMap:
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels={"app": "bench"}), data={"key": VALUE})


def document(name: str) -> dict[str, Any]:
    """The same without the client's models."""
    return {"metadata": {"name": name, "labels": {"app": "bench"}}, "data": {"key": VALUE}}


def answers(api: client.ApiClient) -> None:
    client.VersionApi(api).get_code()


def writes_per_second(api: client.ApiClient, batch: str, *, plain: bool) -> float:
    """Of one batch: half of it creations, half patches. `plain`: bodies are documents, and answers bytes, not the client's models."""
    core = client.CoreV1Api(api)
    shown: dict[str, Any] = {"_preload_content": False} if plain else {}
    began = time.perf_counter()
    for number in range(BATCH // 2):
        name = f"write-{batch}-{number}"
        body: Any = document(name) if plain else config_map(name)
        created = core.create_namespaced_config_map("default", body, **shown)
        patched = core.patch_namespaced_config_map(name, "default", {"data": {"key": "other"}}, **shown)
        if plain:
            assert created.data
            assert patched.data
    return BATCH / (time.perf_counter() - began)


def writes(apis: Sequence[client.ApiClient], *, plain: bool = False) -> list[float]:
    """The median rate of each. They take turns, so that a busy machine is busy for all; one batch of each goes first, unmeasured."""
    word = "plain" if plain else "model"
    rates = [[writes_per_second(api, f"{word}-{batch}", plain=plain) for api in apis] for batch in range(BATCHES + 1)]
    return [statistics.median(each) for each in zip(*rates[1:], strict=True)]


class Watchers:
    """Open watches of config maps, as bare sockets that one selector looks at: what is measured is the server."""

    def __init__(self, api: client.ApiClient) -> None:
        self._selector = selectors.DefaultSelector()
        core: Any = client.CoreV1Api(api)
        version = core.list_namespaced_config_map("default").metadata.resource_version
        request = f"GET /api/v1/namespaces/default/configmaps?watch=1&resourceVersion={version} HTTP/1.1\r\n"
        settings: Any = api.configuration
        token = settings.auth_settings().get("BearerToken")
        headers = "Host: bench\r\nAccept: application/json\r\n" + (f"{token['key']}: {token['value']}\r\n" if token else "")
        for _ in range(WATCHERS):
            connection = connect(settings.host, settings.ssl_ca_cert)
            connection.sendall(f"{request}{headers}\r\n".encode())
            self._selector.register(connection, selectors.EVENT_READ)
        self._wait_for(b"\r\n\r\n")

    def reached_by(self, core: client.CoreV1Api, name: str) -> float:
        """Seconds from the write of an object to the moment when the last watcher has its event."""
        began = time.perf_counter()
        core.create_namespaced_config_map("default", config_map(name))
        self._wait_for(name.encode())
        return time.perf_counter() - began

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()

    def _wait_for(self, text: bytes) -> None:
        heard: dict[Any, bytes] = {}
        waiting = {key.fileobj for key in self._selector.get_map().values()}
        while waiting:
            for key, _ in self._selector.select():
                connection: Any = key.fileobj
                piece = connection.recv(1 << 16)  # one TLS record at a time: events are smaller
                assert piece, "the server ended a watch"
                heard[connection] = heard.get(connection, b"") + piece
                if text in heard[connection]:
                    waiting.discard(connection)


def connect(url: str, authority: str | None) -> socket.socket:
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=30)
    if parts.scheme != "https":
        return connection
    return ssl.create_default_context(cafile=authority).wrap_socket(connection, server_hostname=parts.hostname)


def reach(api: client.ApiClient) -> float:
    watchers = Watchers(api)
    try:
        core = client.CoreV1Api(api)
        return statistics.median([watchers.reached_by(core, f"event-{number}-end") for number in range(EVENTS)])
    finally:
        watchers.close()


@contextmanager
def in_process() -> Iterator[client.ApiClient]:
    with FakeAPIServer().api_client() as api:
        yield api


@contextmanager
def served() -> Iterator[client.ApiClient]:
    with FakeAPIServer().serve() as server, config.new_client_from_config(str(server.kubeconfig)) as api:  # type: ignore[no-untyped-call]
        yield api


@contextmanager
def control_plane() -> Iterator[client.ApiClient]:
    with ControlPlane(find_binaries()) as cluster, cluster.api_client() as api:
        yield api


@contextmanager
def answered_at_once() -> Iterator[client.ApiClient]:
    """No server: every request gets what the fake said to the first of its method. The time that is left is the official client's own."""
    with in_process() as api:
        pool: Any = api.rest_client.pool_manager
        ask, heard = pool.request, dict[str, Any]()

        def answer(method: str, url: str, **options: Any) -> HTTPResponse:
            first = heard.get(method) or heard.setdefault(method, ask(method, url, **options))
            return HTTPResponse(body=first.data, headers=first.headers, status=first.status)

        pool.request = answer
        yield api


def starts(opened: Opened, times: int) -> list[float]:
    """Seconds of each start, the first one of this process first."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        with opened() as api:
            answers(api)
            took.append(time.perf_counter() - began)
    return took


def load(objects: int) -> float:
    """Seconds to load this many pods into a fake."""
    api = FakeAPIServer()
    began = time.perf_counter()
    for number in range(objects):
        spec = {"containers": [{"name": "main", "image": "example.com/image:1"}]}
        api.create({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"pod-{number}", "labels": {"app": "bench"}}, "spec": spec})
    return time.perf_counter() - began


def say(what: str, ratio: float, wanted: float | None = None) -> None:
    verdict = "" if wanted is None else f"   (wanted: {wanted:g}x{'' if ratio >= wanted else ', MISSED'})"
    print(f"{what:52}{ratio:10.1f}x{verdict}", flush=True)


def main() -> None:
    objects = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    find_binaries()
    _ = client.VersionApi, client.CoreV1Api  # loads them: the official client does it when they are first asked for
    inside, outside, real = starts(in_process, STARTS), starts(served, STARTS), starts(control_plane, REAL_STARTS)
    real_start = statistics.median(real)
    print("beside a real control plane, a fake")
    say("starts faster, in process", real_start / statistics.median(inside), 100)
    say("the same, the first one of a process", real_start / inside[0])
    say("starts faster, served", real_start / statistics.median(outside), 15)
    with in_process() as first, served() as second, control_plane() as third, answered_at_once() as fourth:
        rates = writes((first, second, third, fourth))
        say("takes more writes per second, in process", rates[0] / rates[2], 10)
        say("the most that this client could, were the fake no work", rates[3] / rates[2])
        say("takes more writes per second, served", rates[1] / rates[2], 2)
        plain = writes((first, second, third, fourth), plain=True)
        say("the same without the client's models, in process", plain[0] / plain[2])
        say("the most that this client could, were the fake no work", plain[3] / plain[2])
        say("the same without the client's models, served", plain[1] / plain[2])
        reached, real_reached = reach(second), reach(third)
        say(f"brings an event to {WATCHERS} watchers sooner, served", real_reached / reached)
    took = load(objects)
    say(f"holds {objects} pods sooner than one client can write them", objects / rates[2] / took)
    event = 1000 * real_reached
    print(f"\nhere the control plane took {real_start:.1f} s to start and {event:.1f} ms an event, at {rates[2]:.0f} writes per second;")
    print(f"the fake took {1000 * inside[0]:.0f} ms for its first start, and loaded {objects / took:.0f} pods per second")


if __name__ == "__main__":
    main()
