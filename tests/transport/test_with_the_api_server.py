"""The fake API server behind both ways in: the official client sees the same through either."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes
import pytest
from urllib3.exceptions import MaxRetryError, ProtocolError, ReadTimeoutError

from fakes.api_server.server import APIServer
from fakes.simulation import SimulatedRuntime
from fakes.transport.http_server import HTTPServer
from fakes.transport.in_process import api_client
from fakes.transport.kubeconfig import kubeconfig, write_kubeconfig
from informer.runtime import ThreadRuntime
from tests.waiting import PATIENCE

Untyped: Any = kubernetes


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


@pytest.fixture
def api() -> Iterator[APIServer]:
    api = APIServer(runtime=ThreadRuntime())
    yield api
    api.close()


@pytest.fixture(params=["in process", "http"])
def client(request: pytest.FixtureRequest, api: APIServer, tmp_path: Path) -> Iterator[Any]:
    if request.param == "in process":
        with api_client(api, runtime=api.runtime) as client:
            yield client
    else:
        with HTTPServer(api) as server:
            path = write_kubeconfig(tmp_path / "config", kubeconfig(server.url))
            with Untyped.config.new_client_from_config(str(path)) as client:
                yield client


@pytest.fixture
def core(client: Any) -> Any:
    return Untyped.client.CoreV1Api(client)


def test_an_object_is_created_read_patched_listed_and_deleted(core: Any) -> None:
    created = core.create_namespaced_config_map("default", config_map("a", x="1"))
    assert created.metadata.uid
    core.patch_namespaced_config_map("a", "default", {"data": {"y": "2"}})
    assert core.read_namespaced_config_map("a", "default").data == {"x": "1", "y": "2"}
    assert [item.metadata.name for item in core.list_namespaced_config_map("default").items] == ["a"]
    core.delete_namespaced_config_map("a", "default")
    with pytest.raises(kubernetes.client.ApiException) as caught:
        core.read_namespaced_config_map("a", "default")
    assert (caught.value.status, json.loads(str(caught.value.body))["reason"]) == (404, "NotFound")


def test_a_watch_follows_a_list(core: Any) -> None:
    version = core.list_namespaced_config_map("default").metadata.resource_version
    events = Untyped.watch.Watch().stream(core.list_namespaced_config_map, "default", resource_version=version)
    core.create_namespaced_config_map("default", config_map("a"))
    assert next(events)["object"].metadata.name == "a"
    core.delete_namespaced_config_map("a", "default")
    assert next(events)["type"] == "DELETED"
    events.close()


def test_a_watch_that_is_left_is_forgotten_by_the_server(core: Any, api: APIServer) -> None:
    gone = threading.Event()
    response = core.list_namespaced_config_map("default", watch=True, _preload_content=False)
    (body,) = api._watches
    release = body._on_close

    def closed(body: Any) -> None:
        release(body)
        gone.set()

    body._on_close = closed
    response.close()
    assert gone.wait(PATIENCE)
    assert not api._watches


def test_a_broken_watch_is_a_protocol_error(core: Any, api: APIServer) -> None:
    response = core.list_namespaced_config_map("default", watch=True, _preload_content=False)
    core.create_namespaced_config_map("default", config_map("a"))
    assert json.loads(response.read1(1 << 16))["type"] == "ADDED"
    assert api.disconnect() == 1
    with pytest.raises(ProtocolError):
        response.read1(1 << 16)


def test_a_watch_that_the_server_ends_ends(core: Any, api: APIServer) -> None:
    response = core.list_namespaced_config_map("default", watch=True, _preload_content=False)
    api.close()
    assert response.read() == b""


def test_a_silent_watch_is_a_read_timeout(core: Any) -> None:
    with pytest.raises((ReadTimeoutError, MaxRetryError), match="Read timed out"):
        # on a busy machine the first line of the answer may come too late already
        core.list_namespaced_config_map("default", watch=True, _preload_content=False, _request_timeout=(5, 0.05)).read1(1)


def test_shutdown_wakes_a_blocked_read(core: Any) -> None:
    response = core.list_namespaced_config_map("default", watch=True, _preload_content=False)
    results: list[Any] = []

    def read() -> None:
        try:
            results.append(response.read1(1))
        except ProtocolError as error:
            results.append(type(error))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    response.shutdown()
    thread.join(PATIENCE)
    response.close()
    assert results == [ProtocolError]


def test_the_dynamic_client_finds_its_way(client: Any, tmp_path: Path) -> None:
    dynamic = Untyped.dynamic.DynamicClient(client, cache_file=str(tmp_path / "discovery"))
    config_maps = dynamic.resources.get(api_version="v1", kind="ConfigMap")
    config_maps.create(namespace="default", body=config_map("a"))
    assert [item.metadata.name for item in config_maps.get(namespace="default").items] == ["a"]


def test_in_a_simulation_a_read_timeout_takes_virtual_time_exactly() -> None:
    runtime = SimulatedRuntime()
    api = APIServer(runtime=runtime)
    core = Untyped.client.CoreV1Api(api_client(api, runtime=runtime))

    def watch() -> None:
        response = core.list_namespaced_config_map("default", watch=True, _preload_content=False, _request_timeout=(5, 90))
        with pytest.raises(ReadTimeoutError):
            response.read1(1)

    runtime.run(watch)
    assert runtime.monotonic() == 90


def test_in_a_simulation_one_task_watches_what_another_writes() -> None:
    runtime = SimulatedRuntime()
    api = APIServer(runtime=runtime)
    core = Untyped.client.CoreV1Api(api_client(api, runtime=runtime))

    def write() -> None:
        runtime.sleep(10)
        core.create_namespaced_config_map("default", config_map("a"))

    def watch() -> str:
        runtime.spawn(write, name="writer")
        events = Untyped.watch.Watch().stream(core.list_namespaced_config_map, "default", timeout_seconds=60)
        return ",".join(event["object"].metadata.name for event in events)

    assert runtime.run(watch) == "a"
    assert runtime.monotonic() == 60
