"""What is done to pods by way of their subresources: a scheduler binds one to a node, and who drains a node evicts one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fakes.api_server import errors
from fakes.api_server.builtin.disruption_budgets import DisruptionBudgets
from fakes.api_server.delete_options import DeleteOptions
from fakes.api_server.kinds import Kind
from fakes.api_server.objects.objects import Objects, PlainAnswer
from fakes.api_server.options import WriteOptions
from fakes.api_server.requests import Call, Parameters
from fakes.api_server.verbs.deleting import Deleter
from fakes.api_server.verbs.preconditions import check_deletion
from fakes.api_server.verbs.sent_object import decode_body
from fakes.storage import Changed, Version
from informer.resource import Resource

Document = dict[str, Any]

_BINDINGS = Kind(Resource("", "v1", "bindings", "Binding", True), "binding", "BindingList")
_EVICTIONS = Kind(Resource("policy", "v1", "evictions", "Eviction", True), "eviction", "EvictionList")
_IGNORED_PHASES = ("Succeeded", "Failed", "Pending")


class PodActions:
    """Bindings and evictions. Neither is stored."""

    def __init__(self, objects: Objects, deleter: Deleter) -> None:
        self._objects = objects
        self._deleter = deleter
        self._budgets = DisruptionBudgets(objects)

    def bind(self, call: Call, binding: Document, options: WriteOptions) -> PlainAnswer:
        """Give a pod its node. Raises 400, 404, and 409 for a pod that has one or is going."""
        warnings = decode_body(_BINDINGS, binding, options)
        own, node = binding["metadata"], binding["target"].get("name")
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
            return _success(warnings)

    def _assign(self, pod: Document, own: Mapping[str, Any], node: str) -> None:
        pod["spec"] = {**(pod.get("spec") or {}), "nodeName": node}
        for field in ("annotations", "labels"):
            if own.get(field):
                pod["metadata"][field] = {**pod["metadata"].get(field, {}), **own[field]}
        set_condition(pod, "PodScheduled", {"status": "True"}, self._objects.now())

    def evict(self, call: Call, eviction: Document, options: WriteOptions) -> PlainAnswer:
        """Delete a pod if its disruption budget allows. Raises 400, 404, 409, and 429 where it does not."""
        warnings = decode_body(_EVICTIONS, eviction, options)
        if eviction["metadata"].get("name") != call.name:
            raise errors.bad_request("name in URL does not match name in Eviction object")
        sent = dict(eviction.get("deleteOptions") or {})
        if options.dry_run:
            sent["dryRun"] = ["All"]
        asked = DeleteOptions.of(Parameters(()), sent)
        pod = self._objects.document(call.kind, self._objects.read(call))
        phase = (pod.get("status") or {}).get("phase")
        if phase not in _IGNORED_PHASES and "deletionTimestamp" not in pod["metadata"]:
            self._budgets.spend(pod, dry_run=asked.dry_run)
        if not asked.dry_run:
            version = self._mark_as_target(call, asked)
            asked = replace(asked, version=str(version.revision)) if asked.version else asked
        self._deleter.delete(Call("delete", call.kind, call.namespace, call.name), asked)
        return _success(warnings)

    def _mark_as_target(self, call: Call, asked: DeleteOptions) -> Version:
        """Say in the pod's status why it goes."""
        why = {"status": "True", "reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting"}
        while True:
            version = self._objects.read(call)
            pod = self._objects.document(call.kind, version)
            check_deletion(call.kind, pod, asked)
            if not set_condition(pod, "DisruptionTarget", why, self._objects.now()):
                return version
            try:
                return self._objects.put(call.kind, call.key, pod, version.revision)
            except Changed:
                continue


def set_condition(pod: Document, type: str, says: Mapping[str, str], now: str) -> bool:
    """Put a condition into a pod's status, in place of an earlier one of its type. Gives whether that changes anything."""
    status = pod.setdefault("status", {})
    conditions = [*(status.get("conditions") or ())]
    place = next((index for index, condition in enumerate(conditions) if condition.get("type") == type), len(conditions))
    before = conditions[place] if place < len(conditions) else {}
    since = before.get("lastTransitionTime") if before.get("status") == says["status"] else now
    rest = {field: says[field] for field in ("reason", "message") if field in says}
    now_says = {"type": type, "status": says["status"], "lastProbeTime": None, "lastTransitionTime": since, **rest}
    status["conditions"] = [*conditions[:place], now_says, *conditions[place + 1 :]]
    return bool(now_says != before)


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


def _success(warnings: tuple[str, ...]) -> PlainAnswer:
    return PlainAnswer({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}, 201, warnings)
