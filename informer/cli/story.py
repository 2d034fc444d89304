"""Story: what happens in the demo's cluster. Nodes join, get labels, lose their kubelet and leave; pods come, run, fail and go.

Each node and each pod is an actor: a generator that does something, and gives the number of seconds until it does the next thing. The same
seed tells the same story.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from informer.runtime import Runtime

NAMESPACE = "shop"
NODES = (3, 5)  # how many there are, about
PODS = (4, 8)

_ZONES = ("zone-a", "zone-b", "zone-c")
_VERSIONS = ("v1.36.1", "v1.36.1", "v1.37.0")
_APPS = {"cart": "shop/cart:2.4", "orders": "shop/orders:1.9", "catalog": "shop/catalog:5.1", "search": "shop/search:3.0"}
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"  # those of Kubernetes' own generated names

Actor = Iterator[float]


class Cluster(Protocol):
    """What the story needs of the fake API server."""

    def create(self, obj: Any) -> Any: ...

    def patch(self, resource: str, name: str, patch: Any, namespace: str | None = None, *, subresource: str = "") -> Any: ...

    def delete(self, resource: str, name: str, namespace: str | None = None, *, grace: int | None = None) -> Any: ...


class Story:
    """Tells itself in `cluster`, from `begin` on. `wait(seconds)` waits, and is True when the story must end.

    The seed of the story is that of `chance`: a runtime of its own, as what the informers draw for their backoff must not change it.
    """

    def __init__(self, cluster: Cluster, chance: Runtime, runtime: Runtime, wait: Callable[[float], bool]) -> None:
        self.cluster = cluster
        self.random = chance.random
        self._runtime = runtime
        self._wait = wait
        self._due: list[tuple[float, int, Actor]] = []
        self._actors = 0
        self._joined = 0
        self._nodes: dict[str, bool] = {}  # whether it takes pods
        self._pods: dict[str, str] = {}  # the node it runs on

    @property
    def pods(self) -> list[str]:
        """Those there are."""
        return list(self._pods)

    def begin(self) -> None:
        """Set the scene: what is there before anybody watches."""
        self.cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        for _ in range(2):
            self._now(self._node(ready_in=0.0))
        for _ in range(3):
            self._now(self._pod(runs_in=0.0))
        self._now(self._arrivals())

    def add(self, actor: Actor) -> None:
        """Let `actor` begin when the story is told on."""
        self._push(0.0, actor)

    def tell(self) -> None:
        """Go on until `wait` says that it is the end. Blocks."""
        while self._due:
            due = self._due[0][0]
            if self._wait(max(0.0, due - self._runtime.monotonic())):
                return
            self._now(heapq.heappop(self._due)[2])

    def lose_pod(self, name: str) -> None:
        """A pod is gone at once, without a farewell."""
        del self._pods[name]
        self.cluster.delete("pods", name, NAMESPACE, grace=0)

    def _now(self, actor: Actor) -> None:
        seconds = next(actor, None)
        if seconds is not None:
            self._push(seconds, actor)

    def _push(self, seconds: float, actor: Actor) -> None:
        self._actors += 1
        heapq.heappush(self._due, (self._runtime.monotonic() + seconds, self._actors, actor))

    def _between(self, low: float, high: float) -> float:
        return self.random.uniform(low, high)

    def _time(self) -> str:
        return f"{self._runtime.now():%Y-%m-%dT%H:%M:%SZ}"

    # Who comes

    def _arrivals(self) -> Actor:
        yield 0.8
        self.add(self._node(ready_in=1.2))
        while True:
            yield self._between(1.5, 3.0)
            if len(self._pods) < PODS[0] or (len(self._pods) < PODS[1] and self.random.random() < 0.6):
                self.add(self._pod(runs_in=self._between(0.7, 1.5)))
            elif len(self._nodes) < NODES[0] or (len(self._nodes) < NODES[1] and self.random.random() < 0.4):
                self.add(self._node(ready_in=self._between(0.8, 1.5)))

    # Nodes

    def _node(self, ready_in: float) -> Actor:
        self._joined += 1
        name, zone = f"worker-{self._joined}", self.random.choice(_ZONES)
        labels = {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone}
        self.cluster.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}})
        version = self.random.choice(_VERSIONS)
        self._nodes[name] = False
        if ready_in:
            yield ready_in
        self._set_ready(name, "True", version)
        yield self._between(4, 10)
        self.cluster.patch("nodes", name, {"metadata": {"labels": {"disk": self.random.choice(("ssd", "hdd"))}}})
        for _ in range(self.random.randrange(1, 4)):
            yield self._between(5, 40)
            yield from self._lose_kubelet(name, version)
        yield self._between(10, 25)
        if len(self._nodes) > 1:
            yield from self._leave(name)

    def _set_ready(self, name: str, ready: str, version: str) -> None:
        reason, message = {
            "True": ("KubeletReady", "kubelet is posting ready status"),
            "Unknown": ("NodeStatusUnknown", "Kubelet stopped posting node status."),
        }[ready]
        times = {"lastHeartbeatTime": self._time(), "lastTransitionTime": self._time()}
        conditions = [
            {"type": "MemoryPressure", "status": "False", "reason": "KubeletHasSufficientMemory", **times},
            {"type": "Ready", "status": ready, "reason": reason, "message": message, **times},
        ]
        status = {"conditions": conditions, "nodeInfo": {"kubeletVersion": version}}
        self.cluster.patch("nodes", name, {"status": status}, subresource="status")
        self._nodes[name] = ready == "True"

    def _lose_kubelet(self, name: str, version: str) -> Actor:
        self._set_ready(name, "Unknown", version)
        yield 1.0
        self.cluster.patch("nodes", name, {"spec": {"taints": [{"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"}]}})
        yield self._between(3, 6)
        self._set_ready(name, "True", version)
        yield 0.5
        self.cluster.patch("nodes", name, {"spec": {"taints": None}})

    def _leave(self, name: str) -> Actor:
        self.cluster.patch("nodes", name, {"spec": {"unschedulable": True}})
        self._nodes[name] = False
        for pod in [pod for pod, node in self._pods.items() if node == name]:
            yield 0.6
            if pod in self._pods:
                self.lose_pod(pod)
        yield 1.5
        del self._nodes[name]
        self.cluster.delete("nodes", name)

    # Pods

    def _pod(self, runs_in: float) -> Actor:
        node = self.random.choice([name for name, takes_pods in self._nodes.items() if takes_pods] or list(self._nodes))
        app = self.random.choice(list(_APPS))
        name = f"{app}-{''.join(self.random.choice(_LETTERS) for _ in range(5))}"
        spec = {"nodeName": node, "containers": [{"name": app, "image": _APPS[app]}]}
        metadata = {"name": name, "namespace": NAMESPACE, "labels": {"app": app}}
        self.cluster.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
        self._pods[name] = node
        if runs_in:
            yield runs_in
        self._set_state(name, app, "Running", {"running": {"startedAt": self._time()}}, restarts=0)
        yield self._between(8, 25)
        if self.random.random() < 0.35:
            self._set_state(name, app, "Running", {"waiting": {"reason": "CrashLoopBackOff"}}, restarts=1)
            yield self._between(3, 7)
            self._set_state(name, app, "Running", {"running": {"startedAt": self._time()}}, restarts=1)
            yield self._between(5, 12)
        if name in self._pods:
            self.cluster.delete("pods", name, NAMESPACE, grace=30)
            yield self._between(0.8, 1.6)
        if name in self._pods:
            self.lose_pod(name)

    def _set_state(self, name: str, app: str, phase: str, state: dict[str, Any], *, restarts: int) -> None:
        if name not in self._pods:
            return
        ready = "running" in state
        container = {"name": app, "image": _APPS[app], "imageID": "", "ready": ready, "restartCount": restarts, "state": state}
        condition = {"type": "Ready", "status": "True" if ready else "False", "lastTransitionTime": self._time()}
        status = {"phase": phase, "conditions": [condition], "containerStatuses": [container]}
        self.cluster.patch("pods", name, {"status": status}, NAMESPACE, subresource="status")
