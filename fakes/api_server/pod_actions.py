"""What is done to pods by way of their subresources: a scheduler binds one to a node, and who drains a node evicts one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.api_server import errors
from fakes.api_server.deleting import Deleter
from fakes.api_server.encoding import to_json
from fakes.api_server.errors import Cause
from fakes.api_server.objects import Objects, PlainAnswer
from fakes.api_server.options import DeleteOptions, WriteOptions
from fakes.api_server.requests import Call, Parameters
from fakes.api_server.tables.row import selector
from fakes.storage import Changed, Version
from informer.selectors import LabelSelector

Document = dict[str, Any]

_BUDGETS = ("policy", "poddisruptionbudgets")
_VIOLATED = "Cannot evict pod as it would violate the pod's disruption budget."
_SEVERAL = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
_IGNORED_PHASES = ("Succeeded", "Failed", "Pending")


class PodActions:
    """Bindings and evictions. Neither is stored."""

    def __init__(self, objects: Objects, deleter: Deleter) -> None:
        self._objects = objects
        self._deleter = deleter

    def bind(self, call: Call, binding: Document, options: WriteOptions) -> PlainAnswer:
        """Give a pod its node. Raises 400, 404, and 409 for a pod that has one or is going."""
        own, node = binding.get("metadata") or {}, (binding.get("target") or {}).get("name")
        if own.get("name") != call.name:
            raise errors.bad_request("name in URL does not match name in Binding object")
        if not node:
            raise errors.server_failure("target.name: Required value")
        while True:
            version = self._objects.read(call)
            pod = self._objects.document(call.kind, version)
            _check_bindable(pod, own)
            self._assign(pod, own, node)
            try:
                if not options.dry_run:
                    self._objects.put(call.kind, call.key, pod, version.revision)
            except Changed:
                continue
            return _success()

    def _assign(self, pod: Document, own: Mapping[str, Any], node: str) -> None:
        pod["spec"] = {**(pod.get("spec") or {}), "nodeName": node}
        for field in ("annotations", "labels"):
            if own.get(field):
                pod["metadata"][field] = {**pod["metadata"].get(field, {}), **own[field]}
        status = pod.setdefault("status", {})
        conditions = [condition for condition in status.get("conditions") or () if condition.get("type") != "PodScheduled"]
        scheduled = {"type": "PodScheduled", "status": "True", "lastProbeTime": None, "lastTransitionTime": self._objects.now()}
        status["conditions"] = [*conditions, scheduled]

    def evict(self, call: Call, eviction: Document, options: WriteOptions) -> PlainAnswer:
        """Delete a pod if its disruption budget allows. Raises 404, and 429 where it does not."""
        if (eviction.get("metadata") or {}).get("name", call.name) != call.name:
            raise errors.bad_request("name in URL does not match name in Eviction object")
        asked = dict(eviction.get("deleteOptions") or {})
        if options.dry_run:
            asked["dryRun"] = ["All"]
        pod = self._objects.document(call.kind, self._objects.read(call))
        phase = (pod.get("status") or {}).get("phase")
        if phase not in _IGNORED_PHASES and "deletionTimestamp" not in pod["metadata"]:
            self._spend_budget(call, pod, dry_run=options.dry_run)
        self._deleter.delete(Call("delete", call.kind, call.namespace, call.name), DeleteOptions.of(Parameters(()), asked))
        return _success()

    def _spend_budget(self, call: Call, pod: Document, *, dry_run: bool) -> None:
        while True:
            found = [version for version in self._budgets(call.namespace) if _covers(version, pod)]
            if not found:
                return
            if len(found) > 1:
                raise errors.server_failure(_SEVERAL)
            budget = found[0].document()
            _check_budget(budget)
            status = budget["status"]
            status["disruptionsAllowed"] -= 1
            status["disruptedPods"] = {**status.get("disruptedPods", {}), call.name: self._objects.now()}
            if dry_run:
                return
            try:
                self._objects.storage.write(_BUDGETS, found[0].key, _stamped(budget), expect=found[0].revision)
            except Changed:
                continue
            return

    def _budgets(self, namespace: str) -> list[Version]:
        return self._objects.storage.state(_BUDGETS, prefix=f"{namespace}/").versions


def _check_bindable(pod: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    name, spec, why = pod["metadata"]["name"], pod.get("spec") or {}, ""
    for field in ("uid", "resourceVersion"):
        if own.get(field, pod["metadata"][field]) != pod["metadata"][field]:
            why = f"Precondition failed: {field} in precondition: {own[field]}, in object meta: {pod['metadata'][field]}"
    if "deletionTimestamp" in pod["metadata"]:
        why = f"pod {name} is being deleted, cannot be assigned to a host"
    elif spec.get("nodeName"):
        why = f'pod {name} is already assigned to node "{spec["nodeName"]}"'
    elif spec.get("schedulingGates"):
        why = f"pod {name} has non-empty .spec.schedulingGates"
    if why:
        raise errors.conflict("pods/binding", name, why)


def _covers(version: Version, pod: Document) -> bool:
    found = (version.document().get("spec") or {}).get("selector")
    if found is None:
        return False
    return LabelSelector.parse(selector(found, "")).matches(pod["metadata"].get("labels", {}))


def _check_budget(budget: Document) -> None:
    own, status = budget["metadata"], budget.setdefault("status", {})
    if status.get("observedGeneration", 0) < own.get("generation", 0):
        raise _violated(f"The disruption budget {own['name']} is still being processed by the server.", 10)
    if not status.get("disruptionsAllowed"):
        counts = status.get("desiredHealthy", 0), status.get("currentHealthy", 0)
        if counts[1] <= counts[0]:
            raise _violated(f"The disruption budget {own['name']} needs {counts[0]} healthy pods and has {counts[1]} currently")
        raise _violated(f"The disruption budget {own['name']} does not allow evicting pods currently")


def _violated(why: str, retry_after: int = 0) -> errors.StatusError:
    details: dict[str, Any] = {"causes": [Cause("DisruptionBudget", why).to_dict()]}
    if retry_after:
        details["retryAfterSeconds"] = retry_after
    return errors.StatusError(429, "TooManyRequests", _VIOLATED, details)


def _stamped(document: Document) -> Any:
    def encode(revision: int) -> bytes:
        document["metadata"]["resourceVersion"] = str(revision)
        return to_json(document)

    return encode


def _success() -> PlainAnswer:
    return PlainAnswer({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}, 201)
