"""What a cached pod costs in memory, beside its size on the wire and beside the `kubernetes` package's own informer.

    python benchmarks/memory.py [PODS]

The pods are served from another process; each informer syncs in a process of its own, and the growth of that process from before its start
until it is synced and collected is shared out among the pods.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def resident() -> int:
    """Bytes of memory that this process holds."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def ours(client: Any, count: int) -> Callable[[], None]:
    from informer import SharedInformerFactory

    factory = SharedInformerFactory(client)
    pods = factory.informer("pods")
    factory.start()
    factory.wait_for_sync(timeout=600)
    assert len(pods.lister) == count
    return factory.stop


def official(client: Any, count: int) -> Callable[[], None]:
    from kubernetes.client import CoreV1Api
    from kubernetes.informer import SharedInformer

    informer = SharedInformer(CoreV1Api(client).list_pod_for_all_namespaces)
    informer.start()
    deadline = time.monotonic() + 600
    while len(informer.cache.list()) < count:
        assert time.monotonic() < deadline, "the kubernetes package's informer did not sync"
        time.sleep(0.1)
    return informer.stop


PEERS: dict[str, Callable[[Any, int], Callable[[], None]]] = {"informer-kit": ours, "kubernetes.informer": official}


def child(peer: str, url: str, count: int) -> None:
    import kubernetes.client
    import kubernetes.informer

    import informer  # noqa: F401

    configuration = kubernetes.client.Configuration()
    configuration.host = url
    client = kubernetes.client.ApiClient(configuration)
    before, begun = resident(), time.monotonic()
    stop = PEERS[peer](client, count)
    took = time.monotonic() - begun
    print((resident() - before) / count, took, flush=True)
    stop()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    server = subprocess.Popen([sys.executable, HERE / "cluster.py", str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        url = server.stdout.readline().strip()
        with urllib.request.urlopen(f"{url}/api/v1/pods") as answer:
            wire = len(answer.read()) / count
        print(f"{count} pods, {wire:.0f} bytes each on the wire")
        for peer in PEERS:
            done = subprocess.run([sys.executable, __file__, peer, url, str(count)], stdout=subprocess.PIPE, text=True, check=True)
            size, took = map(float, done.stdout.split())
            print(f"{peer:20} {size:8.0f} bytes in memory each, {size / wire:5.2f} times the wire; synced in {took:.1f} s")
    finally:
        server.stdin.close()
        server.wait(30)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        child(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        main()
