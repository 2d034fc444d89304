"""Kubelet: a scheduler and the kubelets of all nodes in one: pods get a node, run and are Ready at once, and go when their grace is over.

The node is the one with the fewest pods (then the first by name) of those that are Ready, take pods and have the labels that the pod's
nodeSelector asks for; taints, affinity and resources are not looked at. Where there is no node at all, it registers `node-1`. A pod that
names its node runs there, whether that node exists or not. It never touches a status that somebody has set to more than Pending.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Hashable
from typing import Any

import msgspec

from fakes import objects
from fakes.api_server.builtin.admission import PODS
from fakes.api_server.objects.objects import timestamp
from fakes.api_server.server import APIServer
from fakes.controllers.controller import Controller
from fakes.controllers.header import Header, Place
from fakes.storage import Version

Document = dict[str, Any]

_NODES = ("", "nodes")
_FIRST_NODE = "node-1"


class _Spec(msgspec.Struct, rename="camel"):
    node_name: str = ""


class _Status(msgspec.Struct):
    phase: str = ""


class _Pod(msgspec.Struct):
    metadata: Header
    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: _Status = msgspec.field(default_factory=_Status)


_decode = msgspec.json.Decoder(_Pod).decode


class Kubelet(Controller):
    """See the module."""

    name = "kubelet"

    def __init__(self, api: APIServer) -> None:
        self._addresses = 0
        self.reset()
        super().__init__(api)

    def reset(self) -> None:
        self._pods: dict[Place, _Pod] = {}
        self._load: Counter[str] = Counter()
        self._queue: dict[Place, None] = {}
        self._unschedulable: dict[Place, None] = {}
        self._ending: dict[Place, datetime.datetime] = {}

    def hear(self, resource: Hashable, key: str, old: Version | None, new: Version | None) -> None:
        if resource == _NODES:
            self._queue.update(self._unschedulable)
            self._unschedulable.clear()
        if resource != PODS:
            return
        place = Place.of(resource, key)
        if (before := self._pods.pop(place, None)) is not None:
            self._load[before.spec.node_name] -= 1
        for waiting in (self._queue, self._unschedulable, self._ending):
            waiting.pop(place, None)
        if new is None:
            return
        pod = self._pods[place] = _decode(new.raw)
        self._load[pod.spec.node_name] += 1
        if pod.metadata.deletion_timestamp is None:
            self._queue[place] = None
        else:
            self._ending[place] = datetime.datetime.fromisoformat(pod.metadata.deletion_timestamp)

    def due(self) -> float | None:
        if not self._ending:
            return None
        return max(0.0, (min(self._ending.values()) - self.runtime.now()).total_seconds())

    def step(self) -> bool:
        if self._queue:
            place = next(iter(self._queue))
            del self._queue[place]
            self._attend(place, self._pods[place])
            return True
        now = self.runtime.now()
        over = next((place for place, end in self._ending.items() if end <= now), None)
        if over is None:
            return False
        del self._ending[over]
        self._end(over, self._pods[over])
        return True

    def _end(self, place: Place, pod: _Pod) -> None:
        self.api.delete("pods", place.name, place.namespace, grace=0, uid=pod.metadata.uid)

    def _attend(self, place: Place, pod: _Pod) -> None:
        if not pod.spec.node_name:
            self._schedule(place)
        elif pod.status.phase in ("", "Pending"):
            self._run_pod(place, pod.spec.node_name)

    # The scheduler

    def _schedule(self, place: Place) -> None:
        pod = self.api.get("pods", place.name, place.namespace)
        if pod["spec"].get("schedulingGates"):
            return
        nodes = self.api.list("nodes")
        if not nodes:
            nodes = self.api.load(objects.node(_FIRST_NODE))
        fitting = [node["metadata"]["name"] for node in nodes if _fits(node, pod)]
        if fitting:
            self.api.bind(place.name, min(fitting, key=lambda name: (self._load[name], name)), place.namespace)
            return
        self._unschedulable[place] = None
        message = f"0/{len(nodes)} nodes are available: none of them is Ready, takes pods and has the labels that the pod asks for."
        condition = {**objects.condition("PodScheduled", False, "Unschedulable", message), "lastTransitionTime": self._now()}
        said = [each for each in pod.get("status", {}).get("conditions", ()) if each["type"] == "PodScheduled"]
        if not any(each["status"] == "False" and each.get("message") == message for each in said):
            self._report(place, {"conditions": [condition]})

    # The kubelets

    def _run_pod(self, place: Place, node: str) -> None:
        spec = self.api.get("pods", place.name, place.namespace)["spec"]
        now = self._now()
        types = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")
        conditions = [{**objects.condition(name, True), "lastTransitionTime": now} for name in types]
        address = self._next_address()
        status: Document = {
            "phase": "Running",
            "conditions": conditions,
            "hostIP": "10.0.0.1",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "startTime": now,
            "containerStatuses": [self._container(container, now) for container in spec["containers"]],
        }
        if spec.get("initContainers"):
            done = {"exitCode": 0, "reason": "Completed", "startedAt": now, "finishedAt": now}
            status["initContainerStatuses"] = [
                {**self._container(container, now), "started": False, "state": {"terminated": done}} for container in spec["initContainers"]
            ]
        self._report(place, status)

    def _container(self, container: Document, now: str) -> Document:
        image = container.get("image", "")
        same = {"name": container["name"], "image": image, "imageID": f"{image}@fake", "containerID": f"fake://{self.runtime.uuid()}"}
        return {**same, "ready": True, "started": True, "restartCount": 0, "state": {"running": {"startedAt": now}}, "lastState": {}}

    def _next_address(self) -> str:
        self._addresses += 1
        return f"10.244.{self._addresses // 254}.{self._addresses % 254 + 1}"

    def _report(self, place: Place, status: Document) -> None:
        change = {"status": status}
        self.api.patch("pods", place.name, change, place.namespace, type="strategic", subresource="status", manager="kubelet")

    def _now(self) -> str:
        return timestamp(self.runtime.now())


def _fits(node: Document, pod: Document) -> bool:
    labels = node["metadata"].get("labels", {})
    wanted = pod["spec"].get("nodeSelector") or {}
    conditions = {condition["type"]: condition["status"] for condition in node.get("status", {}).get("conditions", ())}
    takes_pods = not node.get("spec", {}).get("unschedulable") and "deletionTimestamp" not in node["metadata"]
    return takes_pods and conditions.get("Ready", "True") == "True" and all(labels.get(name) == value for name, value in wanted.items())
