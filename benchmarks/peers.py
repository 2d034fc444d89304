"""The readers that the benchmark compares, each run in a process of its own: `python benchmarks/peers.py PEER URL PODS EVENTS`.

A peer syncs, says so in a line, then takes its events and says that in another: seconds, seconds of processor time, bytes of memory.
"""

import asyncio
import gc
import http.client
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class Meter:
    """Counts what a peer delivers, and notes when the last object of the list and the last event came."""

    def __init__(self, pods: int, events: int) -> None:
        self._pods = pods
        self._events = events
        self._seen = 0
        self._began_at = 0.0
        self._cpu = 0.0
        self._memory = resident()
        self.over = threading.Event()
        self._start = time.perf_counter()

    def start(self) -> None:
        """The peer's imports are done; its work begins."""
        self._memory = resident()
        self._start, self._cpu = time.perf_counter(), time.process_time()

    def synced(self) -> None:
        took = time.perf_counter() - self._start
        say(sync=took, cpu=time.process_time() - self._cpu, memory=resident() - self._memory)
        self._cpu = time.process_time()

    def event(self, *_: Any) -> None:
        """One event was delivered."""
        self._seen += 1
        if self._seen == 1:
            self._began_at = time.perf_counter()
        elif self._seen == self._events:
            say(events=time.perf_counter() - self._began_at, cpu=time.process_time() - self._cpu)
            self.over.set()


def resident() -> int:
    """Bytes of memory that this process holds, after a collection."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def say(**figures: float) -> None:
    print(json.dumps(figures), flush=True)


def client(url: str) -> Any:
    import kubernetes.client

    configuration = kubernetes.client.Configuration()
    configuration.host = url
    return kubernetes.client.ApiClient(configuration)


def five_fields(read: Callable[[Any], Any], meter: Meter) -> Callable[..., None]:
    def handler(*arguments: Any) -> None:
        read(arguments[-1])
        meter.event()

    return handler


def from_view(obj: Any) -> tuple[Any, ...]:
    return obj.name, obj["spec"]["nodeName"], obj["status"]["phase"], obj.labels["app"], obj["status"]["conditions"][1]["status"]


def from_model(obj: Any) -> tuple[Any, ...]:
    return obj.metadata.name, obj.spec.node_name, obj.status.phase, obj.metadata.labels["app"], obj.status.conditions[1].status


def informer_kit(url: str, pods: int, meter: Meter, *, model: bool = False, read: Callable[[Any], Any] | None = None) -> None:
    import kubernetes.client

    from informer import SharedInformerFactory

    factory = SharedInformerFactory(client(url))
    informer: Any = factory.informer(kubernetes.client.V1Pod) if model else factory.informer("pods")
    informer.add_handler(on_update=five_fields(read, meter) if read else meter.event)
    meter.start()
    factory.start()
    factory.wait_for_sync(timeout=600)
    assert len(informer.lister) == pods
    meter.synced()
    meter.over.wait()
    begun = time.perf_counter()
    found = len(informer.lister.list(selector="app=app-7,tier in (web)"))
    say(selector=time.perf_counter() - begun, found=found)
    factory.stop()


def official(url: str, pods: int, meter: Meter, *, read: Callable[[Any], Any] | None = None) -> None:
    from kubernetes.client import CoreV1Api
    from kubernetes.informer import ADDED, MODIFIED, SharedInformer

    untyped: Any = SharedInformer
    informer = untyped(CoreV1Api(client(url)).list_pod_for_all_namespaces)
    added = threading.Semaphore(0)
    informer.add_event_handler(ADDED, lambda obj: added.release())
    informer.add_event_handler(MODIFIED, five_fields(read, meter) if read else meter.event)
    meter.start()
    informer.start()
    for _ in range(pods):
        added.acquire()
    meter.synced()
    meter.over.wait()
    begun = time.perf_counter()
    found = [obj for obj in informer.cache.list() if obj.metadata.labels.get("app") == "app-7" and obj.metadata.labels.get("tier") == "web"]
    say(selector=time.perf_counter() - begun, found=len(found))
    os._exit(0)


def kopf_core(url: str, pods: int, meter: Meter) -> None:
    from kopf._cogs.clients import auth, watching
    from kopf._cogs.configs.configuration import OperatorSettings
    from kopf._cogs.structs.credentials import ConnectionInfo, Vault, VaultKey
    from kopf._cogs.structs.references import Resource

    async def main() -> None:
        auth.vault_var.set(Vault({VaultKey("bench"): ConnectionInfo(server=url)}))
        resource = Resource(group="", version="v1", plural="pods", kind="Pod", namespaced=True)
        cache: dict[Any, Any] = {}
        meter.start()
        async for event in watching.infinite_watch(settings=OperatorSettings(), resource=resource, namespace=None):
            if isinstance(event, watching.Bookmark):
                assert len(cache) == pods
                meter.synced()
                continue
            body: Any = event["object"]
            cache[body["metadata"]["namespace"], body["metadata"]["name"]] = body
            if event["type"] == "MODIFIED":
                meter.event()
                if meter.over.is_set():
                    os._exit(0)

    asyncio.run(main())


def limit(url: str, pods: int, meter: Meter) -> None:
    """A bare socket and msgspec: no informer can be faster."""
    import msgspec

    class Listed(msgspec.Struct):
        items: list[msgspec.Raw]

    class Event(msgspec.Struct):
        type: str
        object: msgspec.Raw

    class Metadata(msgspec.Struct):
        name: str
        namespace: str
        uid: str
        resourceVersion: str  # noqa: N815

    class Header(msgspec.Struct):
        metadata: Metadata

    decode_list = msgspec.json.Decoder(Listed).decode
    decode_event, decode_header = msgspec.json.Decoder(Event).decode, msgspec.json.Decoder(Header).decode
    meter.start()
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    connection.request("GET", "/api/v1/pods")
    cache = {}
    for item in decode_list(connection.getresponse().read()).items:
        raw = bytes(item)
        header = decode_header(raw).metadata
        cache[header.namespace, header.name] = raw
    assert len(cache) == pods
    meter.synced()
    connection.request("GET", "/api/v1/pods?watch=true")
    response = connection.getresponse()
    rest = b""
    while not meter.over.is_set():
        *lines, rest = (rest + response.read1(1 << 18)).split(b"\n")
        for line in lines:
            raw = bytes(decode_event(line).object)
            header = decode_header(raw).metadata
            cache[header.namespace, header.name] = raw
            meter.event()
    os._exit(0)


PEERS: dict[str, Callable[[str, int, Meter], None]] = {
    "informer-kit": informer_kit,
    "informer-kit, five fields": lambda url, pods, meter: informer_kit(url, pods, meter, read=from_view),
    "informer-kit, V1Pod": lambda url, pods, meter: informer_kit(url, pods, meter, model=True, read=from_model),
    "kubernetes.informer": official,
    "kubernetes.informer, five fields": lambda url, pods, meter: official(url, pods, meter, read=from_model),
    "kopf's core": kopf_core,
    "the limit": limit,
}


if __name__ == "__main__":
    name, address, how_many, changes = sys.argv[1:]
    PEERS[name](address, int(how_many), Meter(int(how_many), int(changes)))
