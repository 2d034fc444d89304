"""GarbageCollector: deletes what its owners have left behind, as the real one does.

Background: dependents go after their owner. Foreground: the owner waits (`foregroundDeletion`) for those that block it. Orphan: the owner
waits (`orphan`) until its dependents have forgotten it. An owner that does not exist, or has another uid, is a lost one. Who names an owner
of a kind that the server does not have, or has no namespace and names one that has, is left alone; and so are events.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import NamedTuple

import msgspec

from fakes.api_server.custom.definitions import DEFINITIONS
from fakes.api_server.face.face import Propagation
from fakes.api_server.requests import object_key
from fakes.api_server.server import APIServer
from fakes.controllers.controller import MANAGER, Controller
from fakes.controllers.header import Header, Place, Reference, header
from fakes.storage import Version

_ORPHAN, _FOREGROUND = "orphan", "foregroundDeletion"
_IGNORED = (("", "events"), ("events.k8s.io", "events"))


class _Owners(NamedTuple):
    """The owners of an object: those that keep it, those that wait for its end, and those that are no more."""

    solid: list[Reference]
    waiting: list[Reference]
    lost: list[Reference]


class _Unknown(LookupError):
    """An owner that nobody can look for."""


class GarbageCollector(Controller):
    """See the module."""

    name = "garbage-collector"

    def __init__(self, api: APIServer) -> None:
        self.reset()
        super().__init__(api)

    def reset(self) -> None:
        self._objects: dict[Place, Header] = {}
        self._places: dict[str, Place] = {}
        self._dependents: dict[str, dict[Place, None]] = {}
        self._queue: dict[Place, None] = {}
        self._unjudged: dict[Place, None] = {}

    def hear(self, resource: Hashable, key: str, old: Version | None, new: Version | None) -> None:
        if resource in _IGNORED:
            return
        place = Place.of(resource, key)
        if (before := self._objects.pop(place, None)) is not None:
            self._forget(place, before)
        if new is not None:
            self._remember(place, header(new))
        if before is not None and before.uid not in self._places:
            self._queue.update(self._dependents.get(before.uid, {}))
        if resource == DEFINITIONS:
            self._queue.update(self._unjudged)
            self._unjudged.clear()

    def _remember(self, place: Place, now: Header) -> None:
        self._objects[place] = now
        self._places[now.uid] = place
        for reference in now.owner_references:
            self._dependents.setdefault(reference.uid, {})[place] = None
        if now.owner_references or now.deleted:
            self._queue[place] = None

    def _forget(self, place: Place, before: Header) -> None:
        del self._places[before.uid]
        for reference in before.owner_references:
            self._dependents[reference.uid].pop(place, None)
            if (owner := self._places.get(reference.uid)) is not None and self._objects[owner].deleted:
                self._queue[owner] = None

    def step(self) -> bool:
        if not self._queue:
            return False
        place = next(iter(self._queue))
        del self._queue[place]
        found = self._objects.get(place)
        if found is not None:
            self._judge(place, found)
        return True

    def _judge(self, place: Place, found: Header) -> None:
        if found.deleted:
            if _ORPHAN in found.finalizers:
                self._release_dependents(place, found)
            elif _waits_for_dependents(found):
                self._await_dependents(place, found)
            return
        if not found.owner_references:
            return
        try:
            owners = self._classify(place, found)
        except _Unknown:
            self._unjudged[place] = None
            return
        if not owners.solid:
            self._delete(place, found, owners)
        elif owners.lost or owners.waiting:
            self._refer(place, found, lambda reference: reference if reference in owners.solid else None)

    def _classify(self, place: Place, found: Header) -> _Owners:
        owners = _Owners([], [], [])
        for reference in found.owner_references:
            owner = self._owner(place, reference)
            if owner is None:
                owners.lost.append(reference)
            elif _waits_for_dependents(owner):
                owners.waiting.append(reference)
            else:
                owners.solid.append(reference)
        return owners

    def _owner(self, place: Place, reference: Reference) -> Header | None:
        """The owner, if it exists. It is looked for in the storage as well, which may be ahead."""
        kind = self.api.kinds.find_by_kind(reference.api_version, reference.kind)
        if kind is None or (kind.resource.namespaced and place.namespace is None):
            raise _Unknown
        key = object_key((place.namespace or "") if kind.resource.namespaced else "", reference.name)
        found = self._objects.get(Place.of(kind.storage_key, key))
        if found is None or found.uid != reference.uid:
            version = self.api.storage.get(kind.storage_key, key)
            found = header(version) if version is not None else None
        return found if found is not None and found.uid == reference.uid else None

    def _delete(self, place: Place, found: Header, owners: _Owners) -> None:
        own = self._dependents.get(found.uid, {})
        policy: Propagation = "Background"
        if owners.waiting and own:
            policy = "Foreground"
            if any(_waits_for_dependents(self._objects[each]) for each in own):
                # a circle, in which nobody would ever be first
                self._refer(place, found, lambda reference: msgspec.structs.replace(reference, block_owner_deletion=False))
        elif _ORPHAN in found.finalizers:
            policy = "Orphan"
        elif _FOREGROUND in found.finalizers:
            policy = "Foreground"
        self.api.delete(place.resource, place.name, place.namespace, propagation=policy, uid=found.uid)

    def _await_dependents(self, place: Place, found: Header) -> None:
        """Foreground: let it go when nobody blocks it, else delete who does."""
        blocking = [each for each in self._dependents.get(found.uid, {}) if self._blocks(each, found.uid)]
        if not blocking:
            self._finish(place, found, _FOREGROUND)
        self._queue.update({each: None for each in blocking if not self._objects[each].deleted})

    def _blocks(self, dependent: Place, uid: str) -> bool:
        references = self._objects[dependent].owner_references
        return any(reference.uid == uid and reference.block_owner_deletion for reference in references)

    def _release_dependents(self, place: Place, found: Header) -> None:
        """Orphan: have all forget it, then let it go."""
        for each in list(self._dependents.get(found.uid, {})):
            self._refer(each, self._objects[each], lambda reference: None if reference.uid == found.uid else reference)
        self._finish(place, found, _ORPHAN)

    def _refer(self, place: Place, found: Header, change: Callable[[Reference], Reference | None]) -> None:
        """Give an object other owner references: those that `change` makes of them, None for none. Raises a conflict when it is late."""
        left = {reference.uid: changed for reference in found.owner_references if (changed := change(reference)) is not None}
        document = self.api.get(place.resource, place.name, place.namespace)
        if document["metadata"]["uid"] != found.uid:
            return
        references = [
            {**reference, "blockOwnerDeletion": left[reference["uid"]].block_owner_deletion}
            if left[reference["uid"]].block_owner_deletion is False
            else reference
            for reference in document["metadata"].get("ownerReferences", ())
            if reference["uid"] in left
        ]
        self._patch(place, found, {"ownerReferences": references})

    def _finish(self, place: Place, found: Header, finalizer: str) -> None:
        self._patch(place, found, {"finalizers": [each for each in found.finalizers if each != finalizer]})

    def _patch(self, place: Place, found: Header, metadata: dict[str, object]) -> None:
        own = {**metadata, "uid": found.uid, "resourceVersion": found.resource_version}
        self.api.patch(place.resource, place.name, {"metadata": own}, place.namespace, manager=MANAGER)


def _waits_for_dependents(found: Header) -> bool:
    return found.deleted and _FOREGROUND in found.finalizers
