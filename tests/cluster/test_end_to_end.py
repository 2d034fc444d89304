"""The source, the official client and the fake API server together, in one thread and virtual time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fakes.api_server.server import APIServer
from fakes.simulation import SimulatedRuntime
from fakes.transport.in_process import api_client
from informer.cluster import ClusterSource
from informer.errors import Disconnected, Expired, NotFound, SourceClosed, SourceError
from informer.resource import ResourceName
from informer.source import EventType, ListQuery, WatchQuery

Test = Callable[[SimulatedRuntime, APIServer], None]


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "default"}, "data": data}


CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"},
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}],
    },
}


def simulated(test: Test) -> None:
    runtime = SimulatedRuntime(seed=1)
    runtime.run(lambda: test(runtime, APIServer(runtime=runtime)))


def source(runtime: SimulatedRuntime, api: APIServer, name: str, **options: Any) -> ClusterSource:
    return ClusterSource(api_client(api, runtime=runtime), ResourceName.parse(name), runtime=runtime, **options)


def test_a_paged_list_and_the_watch_after_it_give_everything() -> None:
    def test(runtime: SimulatedRuntime, api: APIServer) -> None:
        for number in range(5):
            api.create(config_map(f"a{number}"))
        cluster = source(runtime, api, "cm", namespace="default")
        first = cluster.list(ListQuery(limit=3))
        second = cluster.list(ListQuery(limit=3, continue_token=first.continue_token))
        assert [item.name for item in (*first.items, *second.items)] == [f"a{number}" for number in range(5)]
        assert second.continue_token == ""

        api.patch("configmaps", "a0", {"data": {"x": "1"}}, "default")
        api.delete("configmaps", "a1", "default")
        with cluster.watch(WatchQuery(first.resource_version)) as stream:
            events = [*stream.next_batch()]
            while len(events) < 2:
                events += stream.next_batch()
        assert [(event.type, event.object.name if event.object else "") for event in events] == [
            (EventType.MODIFIED, "a0"),
            (EventType.DELETED, "a1"),
        ]
        assert events[0].object == api.get("configmaps", "a0", "default")

    simulated(test)


def test_a_version_that_was_compacted_away_is_expired_and_a_broken_stream_is_disconnected() -> None:
    def test(runtime: SimulatedRuntime, api: APIServer) -> None:
        cluster = source(runtime, api, "configmaps")
        old = cluster.list(ListQuery()).resource_version
        api.create(config_map("a"))
        api.create(config_map("b"))
        api.compact()
        with pytest.raises(Expired), cluster.watch(WatchQuery(old)) as stream:
            stream.next_batch()

        stream = cluster.watch(WatchQuery(cluster.list(ListQuery()).resource_version))
        api.disconnect()
        with pytest.raises(Disconnected):
            stream.next_batch()

    simulated(test)


def test_a_resource_that_is_installed_later_is_found() -> None:
    def test(runtime: SimulatedRuntime, api: APIServer) -> None:
        cluster = source(runtime, api, "widgets.example.com")
        with pytest.raises(NotFound, match=r"no resource 'widgets\.example\.com'"):
            cluster.list(ListQuery())
        api.create(CRD)
        runtime.sleep(5)
        api.create({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": "default"}})
        assert [item.name for item in cluster.list(ListQuery()).items] == ["w"]

    simulated(test)


def test_close_wakes_a_watch_that_blocks_in_another_task() -> None:
    def test(runtime: SimulatedRuntime, api: APIServer) -> None:
        cluster = source(runtime, api, "configmaps")
        raised: list[SourceError] = []

        def read() -> None:
            with cluster.watch(WatchQuery(cluster.list(ListQuery()).resource_version)) as stream:
                try:
                    stream.next_batch()
                except SourceError as error:
                    raised.append(error)

        reader = runtime.spawn(read, name="reader")
        runtime.sleep(10)
        before = runtime.monotonic()
        cluster.close()
        assert reader.join(60)
        assert runtime.monotonic() - before < 1
        assert [type(error) for error in raised] == [SourceClosed]

    simulated(test)


def test_silence_is_counted_in_virtual_seconds() -> None:
    def test(runtime: SimulatedRuntime, api: APIServer) -> None:
        cluster = source(runtime, api, "configmaps")
        version = cluster.list(ListQuery()).resource_version
        before = runtime.monotonic()
        with cluster.watch(WatchQuery(version, bookmarks=False, silence=90)) as stream, pytest.raises(Disconnected) as raised:
            stream.next_batch()
        assert raised.value.silent
        assert 90 <= runtime.monotonic() - before < 91

    simulated(test)
