"""Delete and deletecollection: what goes at once, what waits for its finalizers or its grace period, and what is left of the rest."""

from __future__ import annotations

import datetime
from typing import Any

from msgspec.structs import replace

from fakes.api_server import errors
from fakes.api_server.builtin import admission
from fakes.api_server.custom.definitions import DEFINITIONS, Definitions
from fakes.api_server.delete_options import DeleteOptions
from fakes.api_server.kinds import Kind
from fakes.api_server.objects.objects import ListAnswer, ObjectAnswer, Objects, PlainAnswer, timestamp
from fakes.api_server.options import ListOptions
from fakes.api_server.requests import Call
from fakes.api_server.verbs.finishing import is_finished
from fakes.api_server.verbs.preconditions import check_deletion
from fakes.api_server.verbs.reading import list_objects
from fakes.api_server.wire.encoding import encode_object, same
from fakes.storage import Changed, Version

_GRACE = 30
_ORPHAN, _FOREGROUND = "orphan", "foregroundDeletion"
_JOBS = ("batch", "jobs")
_ORPHANING = (_JOBS, ("", "replicationcontrollers"))
"""Kinds whose dependents stay unless a deletion says otherwise."""
_PODS_STAY = (
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set"
    " propagationPolicy=Orphan to suppress this warning"
)

Document = dict[str, Any]


class Deleter:
    """The verbs that take something away."""

    def __init__(self, objects: Objects, definitions: Definitions) -> None:
        self._objects = objects
        self._definitions = definitions

    def delete(self, call: Call, options: DeleteOptions) -> ObjectAnswer | PlainAnswer:
        """Raises 403, 404, 409."""
        warnings = _warnings(call.kind, options)
        while True:
            try:
                answer = self._delete(call, self._objects.read(call), options)
            except Changed:
                continue
            except errors.StatusError as error:
                error.warnings = warnings
                raise
            return replace(answer, warnings=warnings) if warnings and isinstance(answer, ObjectAnswer) else answer

    def delete_collection(self, call: Call, options: DeleteOptions) -> ListAnswer:
        """One deletion after another; gives the objects as they were. What has gone in between is left out of account."""
        ListOptions.of(call.parameters).check_list()
        found = list_objects(self._objects, call)
        for version in found.versions:
            namespace, _, name = version.key.rpartition("/")
            try:
                self.delete(Call("delete", call.kind, namespace, name), options)
            except errors.StatusError as error:
                if error.code != 404:
                    raise
        return replace(found, warnings=_warnings(call.kind, options))

    def _delete(self, call: Call, version: Version, options: DeleteOptions) -> ObjectAnswer | PlainAnswer:
        kind = call.kind
        old = self._objects.document(kind, version)
        check_deletion(kind, old, options)
        if kind.storage_key == admission.NAMESPACES and call.name in admission.IMMORTAL_NAMESPACES:
            raise errors.forbidden("namespaces", call.name, "this namespace may not be deleted")
        marked = self._marked(kind, old, options)
        if kind.storage_key == admission.PODS and not same(old, marked):
            # pods are always marked first, even when nothing keeps them
            version = self._put(call, version, marked, options)
        if kind.storage_key == admission.NAMESPACES and "deletionTimestamp" not in old["metadata"]:
            # a first deletion only marks a namespace, even where it waits for nothing
            return ObjectAnswer(self._put(call, version, marked, options), 202 if options.orphan is False else 200)
        if is_finished(kind, marked):
            return self._gone(call, version, marked, options)
        if not same(old, marked) and kind.storage_key != admission.PODS:
            version = self._put(call, version, marked, options)
        if kind.storage_key == DEFINITIONS and not options.dry_run:
            if "deletionTimestamp" not in old["metadata"]:
                self._definitions.begin(kind, version)
            self._empty_definition(marked)
        return ObjectAnswer(version, 202 if options.orphan is False else 200)

    def _put(self, call: Call, version: Version, document: Document, options: DeleteOptions) -> Version:
        if options.dry_run:
            return Version(call.key, version.revision, encode_object(call.kind, document))
        return self._objects.put(call.kind, call.key, document, version.revision)

    def _gone(self, call: Call, version: Version, document: Document, options: DeleteOptions) -> ObjectAnswer | PlainAnswer:
        kind = call.kind
        if not options.dry_run:
            version = self._objects.remove(kind, call.key, version.revision)
            self._definitions.removed(kind, document)
        if kind.returns_deleted:
            return ObjectAnswer(version)
        group = {"group": kind.resource.group} if kind.resource.group else {}
        details = {"name": call.name, **group, "kind": kind.resource.plural, "uid": document["metadata"]["uid"]}
        return PlainAnswer({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})

    def _marked(self, kind: Kind, old: Document, options: DeleteOptions) -> Document:
        """The object as it waits for its end; nothing is changed where it waits already."""
        new = {**old, "metadata": {**old["metadata"]}}
        own = new["metadata"]
        finalizers = _finalizers(kind, own.get("finalizers", []), options)
        own.pop("finalizers", None)
        if finalizers:
            own["finalizers"] = finalizers
        first = "deletionTimestamp" not in own
        if kind.storage_key == admission.NAMESPACES:
            if first:
                own["deletionTimestamp"] = self._objects.now()
                new["status"] = {**new.get("status", {}), "phase": "Terminating"}
            return new
        if kind.storage_key == admission.PODS:
            if first:
                grace = _grace(new, options)
                own.update(deletionTimestamp=self._objects.now(grace), deletionGracePeriodSeconds=grace)
            elif options.grace is not None and options.grace < own.get("deletionGracePeriodSeconds", 0):
                _shorten(own, options.grace)
        elif first:
            own["deletionTimestamp"] = self._objects.now()
            own["deletionGracePeriodSeconds"] = 0
        if first and own.get("generation") and kind.storage_key != DEFINITIONS:
            own["generation"] += 1
        if first and kind.storage_key == DEFINITIONS:
            # definitions have no grace period of their own
            own.pop("deletionGracePeriodSeconds")
            self._definitions.mark(new)
        return new

    def _empty_definition(self, document: Document) -> None:
        kind = self._definitions.kind_of_objects(document)
        if kind is not None:
            for version in self._objects.storage.state(kind.storage_key).versions:
                namespace, _, name = version.key.rpartition("/")
                try:
                    self.delete(Call("delete", kind, namespace, name), DeleteOptions())
                except errors.StatusError as error:
                    if error.code != 404:
                        raise
        self._definitions.finish(document["metadata"]["name"])


def _warnings(kind: Kind, options: DeleteOptions) -> tuple[str, ...]:
    return (_PODS_STAY,) if kind.storage_key == _JOBS and options.policy is None and options.orphan is None else ()


def _finalizers(kind: Kind, before: list[str], options: DeleteOptions) -> list[str]:
    """The finalizers of an object that is deleted with these options: what they say of dependents wins over what the object says."""
    rest = [finalizer for finalizer in before if finalizer not in (_ORPHAN, _FOREGROUND)]
    if options.policy is None and options.orphan is None:
        return [*before, _ORPHAN] if kind.storage_key in _ORPHANING and rest == before else before
    if options.policy == "Orphan" or options.orphan:
        return [*rest, _ORPHAN]
    return [*rest, _FOREGROUND] if options.policy == "Foreground" else rest


def _shorten(own: dict[str, Any], grace: int) -> None:
    """Let the grace period end earlier, counted from when the deletion was asked for."""
    end = datetime.datetime.fromisoformat(own["deletionTimestamp"])
    earlier = datetime.timedelta(seconds=own["deletionGracePeriodSeconds"] - grace)
    own.update(deletionTimestamp=timestamp(end - earlier), deletionGracePeriodSeconds=grace)


def _grace(pod: Document, options: DeleteOptions) -> int:
    """Seconds that a pod gets: none when no node runs it or it has ended."""
    spec = pod.get("spec") or {}
    if not spec.get("nodeName") or (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
        return 0
    grace = options.grace if options.grace is not None else spec.get("terminationGracePeriodSeconds", _GRACE)
    return grace if grace >= 0 else 1
