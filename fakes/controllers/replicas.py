"""Replicas: as many pods as a ReplicationController or a ReplicaSet asks for, and the ReplicaSet that a Deployment asks for.

A change of a Deployment's template is rolled out at once, whatever its strategy says. Pods that match a selector and have no owner are not
adopted, and pods that match no more are not released. What is being deleted gets no new pods.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from typing import Any

import msgspec

from fakes.api_server.builtin.admission import PODS
from fakes.api_server.objects.objects import timestamp
from fakes.api_server.server import APIServer
from fakes.api_server.wire.encoding import to_json
from fakes.controllers.controller import MANAGER, Controller
from fakes.controllers.header import Header, Place, header
from fakes.storage import Version

Document = dict[str, Any]

_CONTROLLERS, _SETS, _DEPLOYMENTS = ("", "replicationcontrollers"), ("apps", "replicasets"), ("apps", "deployments")
_REVISION = "deployment.kubernetes.io/revision"
"""Of a deployment and of its sets: the number of the template, by which `kubectl rollout undo` finds the one before."""
_HASH = "pod-template-hash"
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_HASH_LENGTH = 10


class _Condition(msgspec.Struct):
    type: str
    status: str


class _Status(msgspec.Struct):
    phase: str = ""
    conditions: tuple[_Condition, ...] = ()


class _Pod(msgspec.Struct):
    metadata: Header
    status: _Status = msgspec.field(default_factory=_Status)

    @property
    def active(self) -> bool:
        return not self.metadata.deleted and self.status.phase not in ("Succeeded", "Failed")

    @property
    def ready(self) -> bool:
        return any(condition.type == "Ready" and condition.status == "True" for condition in self.status.conditions)


_decode = msgspec.json.Decoder(_Pod).decode


class Replicas(Controller):
    """See the module."""

    name = "replicas"

    def __init__(self, api: APIServer) -> None:
        self.reset()
        super().__init__(api)

    def reset(self) -> None:
        self._owned: dict[str, dict[Place, Version]] = {}
        self._owner: dict[Place, str] = {}
        self._places: dict[str, Place] = {}
        self._queue: dict[Place, None] = {}

    def hear(self, resource: Hashable, key: str, old: Version | None, new: Version | None) -> None:
        if resource not in (PODS, _CONTROLLERS, _SETS, _DEPLOYMENTS):
            return
        place = Place.of(resource, key)
        if resource in (PODS, _SETS):
            self._hear_owned(place, new)
        if resource != PODS:
            if new is not None:
                self._places[header(new).uid] = place
                self._queue[place] = None
            elif old is not None:
                self._places.pop(header(old).uid, None)
                self._queue.pop(place, None)

    def _hear_owned(self, place: Place, new: Version | None) -> None:
        owners = []
        if (before := self._owner.pop(place, None)) is not None:
            del self._owned[before][place]
            owners.append(before)
        if new is not None and (now := header(new).controller) is not None:
            self._owner[place] = now
            self._owned.setdefault(now, {})[place] = new
            owners.append(now)
        self._queue.update((self._places[uid], None) for uid in owners if uid in self._places)

    def step(self) -> bool:
        if not self._queue:
            return False
        place = next(iter(self._queue))
        del self._queue[place]
        document = self.api.get(place.resource, place.name, place.namespace)
        if "deletionTimestamp" not in document["metadata"]:
            attend = self._attend_deployment if place.resource == "deployments.apps" else self._attend_set
            attend(place, document)
        return True

    # Sets of pods

    def _attend_set(self, place: Place, document: Document) -> None:
        pods = {at: _decode(version.raw) for at, version in self._owned.get(document["metadata"]["uid"], {}).items()}
        active = {at: pod for at, pod in pods.items() if pod.active}
        wanted = document["spec"].get("replicas", 1)
        ready = sum(pod.ready for pod in active.values())
        counts = {"replicas": len(active), "fullyLabeledReplicas": len(active), "readyReplicas": ready, "availableReplicas": ready}
        self._report(place, document, counts)
        for _ in range(wanted - len(active)):
            self.api.create(self._pod(document), manager=MANAGER)
        surplus = sorted(active, key=lambda at: (active[at].ready, -int(active[at].metadata.resource_version)))
        for at in surplus[: max(0, len(active) - wanted)]:
            self.api.delete("pods", at.name, at.namespace)

    def _pod(self, owner: Document) -> Document:
        template = owner["spec"]["template"]
        own = template.get("metadata", {})
        copied = {field: own[field] for field in ("labels", "annotations", "finalizers") if field in own}
        metadata = {**copied, "generateName": f"{owner['metadata']['name']}-", "ownerReferences": [_reference(owner)]}
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {**metadata, "namespace": owner["metadata"]["namespace"]},
            "spec": template["spec"],
        }

    def _report(self, place: Place, document: Document, counts: Document, revision: int = 0) -> None:
        """Tell the counts, the conditions that stand among them, and a deployment's revision, where they are not told yet."""
        before = document.get("status", {})
        after = {**counts, "observedGeneration": document["metadata"].get("generation", 0)}
        told: Document = {"status": after}
        if revision and _revision(document) != revision:
            told["metadata"] = _of_revision(revision)
        if "metadata" in told or any(before.get(field, 0) != value for field, value in after.items()):
            self.api.patch(place.resource, place.name, told, place.namespace, subresource="status", manager=MANAGER)

    # Deployments

    def _attend_deployment(self, place: Place, document: Document) -> None:
        own, spec = document["metadata"], document["spec"]
        sets = list(self._owned.get(own["uid"], ()))
        current = f"{own['name']}-{_digest(spec['template'])}"
        revisions = {at.name: _revision(self.api.get("replicasets.apps", at.name, at.namespace)) for at in sets}
        revision = max([revisions.pop(current, 1), *(other + 1 for other in revisions.values())])
        if not spec.get("paused"):
            if not any(at.name == current for at in sets):
                self.api.create(self._set(document, current, revision), manager=MANAGER)
            for at in sets:
                self._scale(at, spec.get("replicas", 1) if at.name == current else 0)
                if at.name == current:
                    self._number(at, revision)
        told = {at.name: self.api.get("replicasets.apps", at.name, at.namespace).get("status", {}) for at in sets}
        total = {field: sum(each.get(field, 0) for each in told.values()) for field in ("replicas", "readyReplicas", "availableReplicas")}
        updated = told.get(current, {}).get("replicas", 0)
        missing = max(0, spec.get("replicas", 1) - total["availableReplicas"])
        counts: Document = {**total, "updatedReplicas": updated, "unavailableReplicas": missing}
        counts["conditions"] = self._conditions(document, current, available=not missing)
        self._report(place, document, counts, 0 if spec.get("paused") else revision)

    def _set(self, deployment: Document, name: str, revision: int) -> Document:
        own, spec = deployment["metadata"], deployment["spec"]
        mark = {_HASH: name.rpartition("-")[2]}
        template = spec["template"]
        labels = {**template.get("metadata", {}).get("labels", {}), **mark}
        selector = spec["selector"]
        return {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {
                "name": name,
                "namespace": own["namespace"],
                "labels": labels,
                "ownerReferences": [_reference(deployment)],
                **_of_revision(revision),
            },
            "spec": {
                "replicas": spec.get("replicas", 1),
                "selector": {**selector, "matchLabels": {**selector.get("matchLabels", {}), **mark}},
                "template": {**template, "metadata": {**template.get("metadata", {}), "labels": labels}},
            },
        }

    def _scale(self, at: Place, replicas: int) -> None:
        if self.api.get(at.resource, at.name, at.namespace)["spec"].get("replicas", 1) != replicas:
            self.api.patch(at.resource, at.name, {"spec": {"replicas": replicas}}, at.namespace, manager=MANAGER)

    def _number(self, at: Place, revision: int) -> None:
        if _revision(self.api.get(at.resource, at.name, at.namespace)) != revision:
            self.api.patch(at.resource, at.name, {"metadata": _of_revision(revision)}, at.namespace, manager=MANAGER)

    def _conditions(self, deployment: Document, current: str, *, available: bool) -> list[Document]:
        facts = [
            ("Available", available, "MinimumReplicas", "Deployment has minimum availability."),
            ("Progressing", True, "NewReplicaSetAvailable", f'ReplicaSet "{current}" has successfully progressed.'),
        ]
        before = {each["type"]: each for each in deployment.get("status", {}).get("conditions", ())}
        return [self._condition(*fact, before.get(fact[0])) for fact in facts]

    def _condition(self, type: str, yes: bool, reason: str, message: str, before: Document | None) -> Document:
        status = str(yes)
        if type == "Available":
            reason += "Available" if yes else "Unavailable"
            message = message if yes else "Deployment does not have minimum availability."
        said = {"type": type, "status": status, "reason": reason, "message": message}
        if before is not None and all(before.get(field) == value for field, value in said.items()):
            return before
        now = timestamp(self.runtime.now())
        return {**said, "lastUpdateTime": now, "lastTransitionTime": now}


def _reference(owner: Document) -> Document:
    named = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"]}
    return {**named, "controller": True, "blockOwnerDeletion": True}


def _revision(document: Document) -> int:
    text = str((document["metadata"].get("annotations") or {}).get(_REVISION, ""))
    return int(text) if text.isdecimal() else 0


def _of_revision(revision: int) -> Document:
    return {"annotations": {_REVISION: str(revision)}}


def _digest(template: Document) -> str:
    """What tells one template from another, in the letters of a name."""
    digest = hashlib.sha256(to_json(template)).digest()
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:_HASH_LENGTH])
