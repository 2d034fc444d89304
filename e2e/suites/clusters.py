"""The cluster that a suite runs on: the served fake with what the suite expects of a cluster, or a real one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from e2e.suites.suite import Suite
from fakes import objects
from fakes.clusters import open_cluster
from fakes.fake_api_server import FakeAPIServer

_SECONDS_BETWEEN_BEATS = 20.0


@contextmanager
def cluster_for(suite: Suite, name: str) -> Iterator[Path]:
    """The kubeconfig of a fresh cluster; `name` as the option `--kube-cluster` has it. What `node` asks for only the fake has."""
    with ExitStack() as stack:
        if name == "fake":
            yield stack.enter_context(_fake(suite))
        else:
            yield stack.enter_context(open_cluster(name, allow_writes=True)).kubeconfig


@contextmanager
def _fake(suite: Suite) -> Iterator[Path]:
    with FakeAPIServer(controllers=suite.controllers) as api, api.serve(tls=True) as server:
        if suite.node:
            api.load(objects.node("node-1"))
        over = threading.Event()
        heart = threading.Thread(target=_beat, args=(api, over), name="heart")
        heart.start()
        try:
            yield server.kubeconfig
        finally:
            over.set()
            heart.join()


def _beat(api: FakeAPIServer, over: threading.Event) -> None:
    """What happens in a cluster at rest: a lease is renewed, and the past is compacted, but for the newest of it."""
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "node-1", "namespace": "kube-node-lease"}}
    before, beats = api.revision, 0
    while not over.wait(_SECONDS_BETWEEN_BEATS):
        beats += 1
        api.apply({**lease, "spec": {"leaseTransitions": beats}})
        api.compact(before)
        before = api.revision
