"""Creating: what becomes of a new object, from what was sent to what is stored."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from fakes.api_server import errors
from fakes.api_server.builtin import admission, rules
from fakes.api_server.builtin.allocation import SERVICES, allocate
from fakes.api_server.builtin.shapes import shape_of
from fakes.api_server.custom import crds
from fakes.api_server.custom.definitions import DEFINITIONS, Definitions
from fakes.api_server.kinds import Kind
from fakes.api_server.objects import metadata
from fakes.api_server.objects.objects import ObjectAnswer, Objects
from fakes.api_server.options import WriteOptions
from fakes.api_server.ownership.ownership import Ownership
from fakes.api_server.requests import Call, in_range, object_key
from fakes.api_server.verbs.internal_form import from_internal, internal_kind, to_internal
from fakes.api_server.verbs.revision import Revision
from fakes.api_server.wire.encoding import copied, shown, stored_bytes
from fakes.storage import Changed, Version
from informer.runtime import Condition

_ATTEMPTS = 8

Document = dict[str, Any]


class Creator:
    """Brings in what is not there. Revisions that are handed in become its own. `allocating` is held while a service gets its addresses."""

    def __init__(self, objects: Objects, definitions: Definitions, ownership: Ownership, allocating: Condition) -> None:
        self._objects = objects
        self._definitions = definitions
        self._ownership = ownership
        self._allocating = allocating

    def add(self, call: Call, revision: Revision, options: WriteOptions, version_sent: str | None = None) -> ObjectAnswer:
        """Store what is not there. Raises `Changed` where it is, 400, 403, 404, 422 and 500. Assumes what was decoded and cleaned."""
        if call.kind.storage_key != SERVICES:
            return self._add(call, revision, options, version_sent)
        with self._allocating:  # of two at once, each would be given what the other one has
            return self._add(call, revision, options, version_sent)

    def _add(self, call: Call, revision: Revision, options: WriteOptions, version_sent: str | None) -> ObjectAnswer:
        kind, own = call.kind, revision.document["metadata"]
        base = "" if own.get("name") else own.get("generateName", "")
        for _ in range(_ATTEMPTS if base else 1):
            attempt = revision
            if base:
                # the name may be in other places, too, and what is made of one attempt is of no use for the next
                attempt = replace(revision, document=copied(revision.document))
                attempt.document["metadata"]["name"] = metadata.generate_name(base, self._objects.runtime)
            document = self._prepare(call, attempt, options)
            own = document["metadata"]
            if not options.dry_run and version_sent and version_sent.isdecimal() and in_range(version_sent, 1, 2**64):
                raise errors.server_failure("resourceVersion should not be set on objects to be created")
            try:
                return self._store_new(kind, document, options, revision.warnings)
            except Changed:
                if not base:
                    raise
        raise self.taken(kind, own, generated=True)

    def _prepare(self, call: Call, revision: Revision, options: WriteOptions) -> Document:
        kind, document = call.kind, revision.document
        own = document["metadata"]
        if call.namespace:
            admission.admit_to_namespace(self._objects.storage, kind, call.namespace, own.get("name", ""))
        self._definitions.admit(kind, own.get("name", ""))
        left_out = ("deletionTimestamp", "deletionGracePeriodSeconds")
        # what is not stored keeps the version with which it was sent
        for field in left_out if options.dry_run else (*left_out, "resourceVersion"):
            own.pop(field, None)
        own["uid"] = self._objects.runtime.uuid()
        own["creationTimestamp"] = self._objects.now()
        if kind.has_generation:
            own["generation"] = 1
        if kind.storage_key == DEFINITIONS:
            crds.check(document)
            document = crds.defaulted(document)
            self._note_owners(call, document, revision, options)
        else:
            counts = self._ownership.counts(call, document)
            admission.drop_status(kind, document)
            shape = shape_of(kind)
            internal = internal_kind(kind)
            if internal is kind:
                shape.fill_in(document)
            else:
                settled = to_internal(kind, document)
                shape_of(internal).fill_in(settled)
                document = from_internal(kind, settled)
            if counts:
                self._note_owners(call, document, revision, options)
            admission.prepare_new(kind, document)
            if kind.storage_key == SERVICES:
                allocate(self._objects.storage, document)
            elif kind.storage_key == ("", "persistentvolumes"):
                document["status"]["lastPhaseTransitionTime"] = self._objects.now()
            metadata.check(kind, document, shape.faults(document, None))
            shape.keep(document)
        return document

    def _note_owners(self, call: Call, document: Document, revision: Revision, options: WriteOptions) -> None:
        entries = revision.entries
        if entries is None:
            entries = self._ownership.of_new(call, document, revision.sent, options)
        if entries:
            document["metadata"]["managedFields"] = entries

    def _store_new(self, kind: Kind, document: Document, options: WriteOptions, warnings: tuple[str, ...]) -> ObjectAnswer:
        own = document["metadata"]
        key = object_key(own.get("namespace", ""), own["name"])
        warnings = (*warnings, *metadata.warnings(document), *rules.warnings(kind.resource.name, document))
        if options.dry_run:
            if self._objects.storage.get(kind.storage_key, key):
                raise Changed
            return ObjectAnswer(shown(kind, Version(key, 0, stored_bytes(kind, document))), 201, warnings)
        version = self._objects.put(kind, key, document, 0)
        self._definitions.written(kind, version)
        return ObjectAnswer(version, 201, warnings)

    def taken(self, kind: Kind, own: dict[str, Any], *, generated: bool = False) -> errors.StatusError:
        """409 for a name that another object has, `generated` for the last of those that were tried."""
        if generated:
            return errors.names_exhausted(kind.resource.name, own["name"])
        version = self._objects.storage.get(kind.storage_key, object_key(own.get("namespace", ""), own["name"]))
        terminating = version is not None and "deletionTimestamp" in version.document()["metadata"]
        return errors.already_exists(kind.resource.name, own["name"], terminating=terminating)
