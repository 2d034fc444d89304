"""Emptying: what the namespace controller does to a namespace that was deleted: its content goes, then the namespace.

Guarantees: the conditions say in a real controller's words what is still there. Its five seconds of patience are not waited for.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from fakes.api_server import errors
from fakes.api_server.builtin import admission
from fakes.api_server.delete_options import DeleteOptions
from fakes.api_server.errors import StatusError
from fakes.api_server.kinds import Kind, Kinds
from fakes.api_server.objects.objects import Objects
from fakes.api_server.options import WriteOptions
from fakes.api_server.requests import Call
from fakes.api_server.verbs.deleting import Deleter
from fakes.api_server.verbs.writing import Writer

Document = dict[str, Any]

_PODS = "pods."
"""How the conditions call them."""


_MANAGER = "kube-controller-manager"


class _Fact(NamedTuple):
    """A condition: what it says when all is well, and what otherwise."""

    type: str
    reason: str
    message: str
    trouble: str = ""


_FACTS = (
    _Fact("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
    _Fact("NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions", "All legacy kube types successfully parsed"),
    _Fact("NamespaceDeletionContentFailure", "ContentDeleted", "All content successfully deleted, may be waiting on finalization"),
    _Fact("NamespaceContentRemaining", "ContentRemoved", "All content successfully removed", "SomeResourcesRemain"),
    _Fact("NamespaceFinalizersRemaining", "ContentHasNoFinalizers", "All content-preserving finalizers finished", "SomeFinalizersRemain"),
)
_FINALIZER = "kubernetes"


class Emptier:
    """Empties namespaces of everything, of whatever kind."""

    def __init__(self, kinds: Kinds, objects: Objects, writer: Writer, deleter: Deleter) -> None:
        self._kinds = kinds
        self._objects = objects
        self._writer = writer
        self._deleter = deleter
        namespaces = kinds.find("", "v1", "namespaces")
        assert namespaces is not None, "namespaces are built in"
        self._namespaces = namespaces

    def empty(self, name: str, *, grace: int | None = 0) -> bool:
        """Delete everything in it, and let the namespace go when nothing is left. False while something waits for its end.

        Who took away the finalizers of its spec has said that there is nothing to empty; those of others stay. `grace` is for pods, in
        seconds; None leaves them their own. Raises 404, and a conflict for a namespace that was not deleted.
        """
        call = Call("update", self._namespaces, "", name)
        document = self._objects.document(self._namespaces, self._objects.read(call))
        if "deletionTimestamp" not in document["metadata"]:
            raise errors.conflict("namespaces", name, "it is not being deleted")
        waiting_for = document.get("spec", {}).get("finalizers") or []
        if not waiting_for:
            return False
        resources, finalizers = self._delete_content(name, grace)
        if _PODS in resources:
            # a real controller has not looked at what remains before the pods have gone, and says that nothing does
            self._report(call, document, Counter(), Counter())
        else:
            self._report(call, document, resources, finalizers)
        if resources:
            return False
        done = {**document, "metadata": {"name": name}, "spec": {"finalizers": sorted(set(waiting_for) - {_FINALIZER})}}
        self._writer.update(Call("update", self._namespaces, "", name, "finalize"), done, WriteOptions(manager=_MANAGER))
        return self._objects.storage.get(admission.NAMESPACES, name) is None

    def _delete_content(self, namespace: str, grace: int | None) -> tuple[Counter[str], Counter[str]]:
        """What is left afterwards: how many of each resource, and how many wait for each finalizer. While pods are left, all else stays."""
        resources: Counter[str] = Counter()
        finalizers: Counter[str] = Counter()
        storage, prefix = self._objects.storage, f"{namespace}/"
        # of several versions the preferred one
        kinds = {kind.storage_key: kind for kind in reversed(self._kinds.all()) if kind.resource.namespaced}
        for kind in sorted(kinds.values(), key=lambda kind: kind.storage_key != admission.PODS):
            for version in storage.state(kind.storage_key, prefix=prefix).versions:
                self._delete(kind, namespace, version.key.removeprefix(prefix), grace)
            for version in storage.state(kind.storage_key, prefix=prefix).versions:
                resources[f"{kind.resource.plural}.{kind.resource.group}"] += 1
                finalizers.update(version.document()["metadata"].get("finalizers", ()))
            if _PODS in resources:
                break
        return resources, finalizers

    def _delete(self, kind: Kind, namespace: str, name: str, grace: int | None) -> None:
        try:
            self._deleter.delete(Call("delete", kind, namespace, name), DeleteOptions(policy="Background", grace=grace))
        except StatusError as error:
            if error.code != 404:
                raise

    def _report(self, call: Call, document: Document, resources: Counter[str], finalizers: Counter[str]) -> None:
        remaining = ", ".join(f"{name} has {count} resource instances" for name, count in sorted(resources.items()))
        waiting = ", ".join(f"{name} in {count} resource instances" for name, count in sorted(finalizers.items()))
        found = {
            "NamespaceContentRemaining": f"Some resources are remaining: {remaining}" if remaining else "",
            "NamespaceFinalizersRemaining": f"Some content in the namespace has finalizers remaining: {waiting}" if waiting else "",
        }
        status = document.get("status", {})
        before = {condition["type"]: condition for condition in status.get("conditions", ())}
        conditions = [self._condition(fact, found.get(fact.type, ""), before.get(fact.type)) for fact in _FACTS]
        if conditions == status.get("conditions"):
            return
        own = {field: value for field, value in document["metadata"].items() if field != "resourceVersion"}
        told = {**document, "metadata": own, "status": {**status, "conditions": conditions}}
        self._writer.update(Call("update", self._namespaces, "", call.name, "status"), told, WriteOptions(manager=_MANAGER))

    def _condition(self, fact: _Fact, trouble: str, before: Document | None) -> Document:
        said = ("True", fact.trouble, trouble) if trouble else ("False", fact.reason, fact.message)
        since = before["lastTransitionTime"] if before and before["status"] == said[0] else self._objects.now()
        return {"type": fact.type, "status": said[0], "lastTransitionTime": since, "reason": said[1], "message": said[2]}
