"""Definitions: the life of CustomResourceDefinitions. Their kinds are served at once, and go when the last object has gone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from fakes.api_server import errors
from fakes.api_server.custom import crds
from fakes.api_server.kinds import Kind, Kinds
from fakes.api_server.objects.objects import Objects
from fakes.api_server.options import WriteOptions
from fakes.api_server.ownership.ownership import Ownership
from fakes.api_server.requests import Call
from fakes.storage import Changed, Version

DEFINITIONS = ("apiextensions.k8s.io", "customresourcedefinitions")
CLEANUP = "customresourcecleanup.apiextensions.k8s.io"

Document = dict[str, Any]


_PENDING = crds.Told(
    "Terminating",
    "True",
    "InstanceDeletionPending",
    "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
)
_IN_PROGRESS = crds.Told("Terminating", "True", "InstanceDeletionInProgress", "CustomResource deletion is in progress")
_COMPLETED = crds.Told("Terminating", "False", "InstanceDeletionCompleted", "removed all instances")


class Definitions:
    """`end_watches` is told the storage key of a resource whose open watches end, as a real server's do when the definition changes."""

    def __init__(self, objects: Objects, kinds: Kinds, ownership: Ownership, end_watches: Callable[[tuple[str, str]], None]) -> None:
        self._objects = objects
        self._kinds = kinds
        self._ownership = ownership
        self._end_watches = end_watches
        self._serving = objects.runtime.condition("served definitions")

    def admit(self, kind: Kind, name: str) -> None:
        """Raises 403 for a new object of a kind that is going."""
        if kind.custom and self._is_terminating(kind):
            why = "create not allowed while custom resource definition is terminating"
            raise errors.forbidden(kind.resource.name, name, why)

    def written(self, kind: Kind, version: Version) -> None:
        """After each write: a definition is established, and its kinds served as it now says."""
        if kind.storage_key != DEFINITIONS:
            return
        document = version.document()
        if "deletionTimestamp" in document["metadata"]:
            return
        established = crds.established(document, self._objects.now())
        try:
            for step in crds.steps(document, established):
                version = self._tell(kind, version, step)
        except Changed:
            # whoever was faster establishes it in turn
            return
        known, served = self._serve(established)
        if known != served:
            self._objects.cache.reset(_storage_key(document), 0)
            if known:
                self._end_watches(_storage_key(document))

    def _serve(self, document: Document) -> tuple[tuple[Kind, ...], tuple[Kind, ...]]:
        """Serve the kinds of a definition as it is now, which may be newer than `document`. Gives those before and those after."""
        with self._serving:
            known = self._kinds_of(document)
            newest = self._objects.storage.get(DEFINITIONS, document["metadata"]["name"])
            if newest is None:
                self._kinds.remove(document)
            else:
                self._kinds.install(newest.document())
            return known, self._kinds_of(document)

    @contextlib.contextmanager
    def replaced(self) -> Iterator[None]:
        """Around the replacement of all that is stored: afterwards the kinds of the definitions that are there then are served."""
        with self._serving:
            for version in self._objects.storage.state(DEFINITIONS).versions:
                self._kinds.remove(version.document())
            try:
                yield
            finally:
                for version in self._objects.storage.state(DEFINITIONS).versions:
                    self._kinds.install(version.document())

    def removed(self, kind: Kind, document: Document) -> None:
        """After each deletion: of a definition, or of what may have been the last object that one was waiting for."""
        if kind.storage_key == DEFINITIONS:
            self._serve(document)
            self._end_watches(_storage_key(document))
        elif kind.custom:
            self.finish(f"{kind.resource.plural}.{kind.resource.group}")

    def mark(self, document: Document) -> None:
        """Make a definition one that is going, in place: it waits for its objects."""
        document["metadata"]["finalizers"] = [*document["metadata"].get("finalizers", []), CLEANUP]
        crds.tell(document, _PENDING, self._objects.now())

    def begin(self, kind: Kind, version: Version) -> None:
        """Say of a definition that was marked that its objects are being deleted."""
        document = version.document()
        crds.tell(document, _IN_PROGRESS, self._objects.now())
        with contextlib.suppress(Changed):
            self._tell(kind, version, document)

    def _tell(self, kind: Kind, version: Version, told: Document) -> Version:
        """Store a definition as it is with another status, which is the server's own. Raises `Changed`."""
        before = version.document()
        live = before["metadata"].pop("managedFields", None)
        told["metadata"].pop("managedFields", None)
        call = Call("update", kind, "", version.key, "status")
        entries = self._ownership.of_changed(call, before, told, live, None, WriteOptions(manager="kube-apiserver"))
        if entries:
            told["metadata"]["managedFields"] = entries
        return self._objects.put(kind, version.key, told, version.revision)

    def kind_of_objects(self, document: Document) -> Kind | None:
        """The kind of the objects that a definition defines, in any of its versions."""
        return next(iter(self._kinds_of(document)), None)

    def finish(self, name: str) -> None:
        """Let a definition that is going go, if none of its objects is left."""
        kind = self._kinds.find("apiextensions.k8s.io", "v1", "customresourcedefinitions")
        assert kind is not None, "definitions are built in"
        while (version := self._objects.storage.get(DEFINITIONS, name)) is not None:
            document = self._objects.document(kind, version)
            finalizers = document["metadata"].get("finalizers", [])
            if CLEANUP not in finalizers or self._objects.storage.state(_storage_key(document)).versions:
                return
            rest = [finalizer for finalizer in finalizers if finalizer != CLEANUP]
            try:
                if not rest:
                    self._objects.remove(kind, name, version.revision)
                    self.removed(kind, document)
                else:
                    document["metadata"]["finalizers"] = rest
                    crds.tell(document, _COMPLETED, self._objects.now())
                    self._objects.put(kind, name, document, version.revision)
            except Changed:
                continue
            return

    def _kinds_of(self, document: Document) -> tuple[Kind, ...]:
        return tuple(kind for kind in self._kinds.all() if kind.custom and kind.storage_key == _storage_key(document))

    def _is_terminating(self, kind: Kind) -> bool:
        version = self._objects.storage.get(DEFINITIONS, f"{kind.resource.plural}.{kind.resource.group}")
        return version is not None and bool(version.field("metadata.deletionTimestamp", _deletion_timestamp))


def _deletion_timestamp(document: Document) -> str:
    return str(document["metadata"].get("deletionTimestamp", ""))


def _storage_key(document: Document) -> tuple[str, str]:
    return document["spec"]["group"], document["spec"]["names"]["plural"]
