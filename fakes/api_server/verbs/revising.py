"""Revising: what becomes of an object that is there, from its newest state to the next; once more where another write was faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from fakes.api_server import errors
from fakes.api_server.builtin import admission, rules
from fakes.api_server.builtin.allocation import SERVICES, reallocate
from fakes.api_server.builtin.shapes import shape_of
from fakes.api_server.custom import crds
from fakes.api_server.custom.definitions import DEFINITIONS, Definitions
from fakes.api_server.kinds import Kind
from fakes.api_server.objects import metadata
from fakes.api_server.objects.objects import ObjectAnswer, Objects
from fakes.api_server.options import WriteOptions
from fakes.api_server.ownership import managers
from fakes.api_server.ownership.ownership import Ownership
from fakes.api_server.requests import Call
from fakes.api_server.verbs import generation
from fakes.api_server.verbs.finishing import is_finished
from fakes.api_server.verbs.internal_form import from_internal, internal_kind, to_internal
from fakes.api_server.verbs.preconditions import check_version
from fakes.api_server.verbs.revision import Revise
from fakes.api_server.verbs.subresource_part import subresource_part
from fakes.api_server.wire.encoding import same, shown, stored_bytes
from fakes.storage import Changed, Version
from informer.runtime import Condition

Document = dict[str, Any]


class Reviser:
    """Changes what is there. `allocating` is held while a service gets its addresses."""

    def __init__(self, objects: Objects, definitions: Definitions, ownership: Ownership, allocating: Condition) -> None:
        self._objects = objects
        self._definitions = definitions
        self._ownership = ownership
        self._allocating = allocating

    def revise(self, call: Call, revise: Revise, options: WriteOptions, missing: Callable[[], ObjectAnswer] | None = None) -> ObjectAnswer:
        """Store what `revise` makes of the newest state, again when another write was faster; `missing` where there is none.

        Raises what they raise, and 404, 409, 422.
        """
        while True:
            version = self._objects.find(call)
            try:
                if version is not None and call.kind.storage_key == SERVICES:
                    with self._allocating:
                        return self._change(call, version, revise, options)
                if version is not None:
                    return self._change(call, version, revise, options)
                if missing is not None:
                    return missing()
            except Changed:
                continue
            raise errors.not_found(call.kind.resource.name, call.name)

    def _change(self, call: Call, version: Version, revise: Revise, options: WriteOptions) -> ObjectAnswer:
        kind = call.kind
        old = self._objects.document(kind, version)
        revision = revise(old)
        live = old["metadata"].pop("managedFields", None)
        sent = revision.document
        check_version(kind, old, sent)
        counts = revision.entries is not None or self._ownership.counts(call, sent, old)
        internal = internal_kind(kind)
        if internal is kind:
            before, after = old, self._settle(call, old, sent)
            new = after
        else:
            before = self._internal(call, internal, version)
            after = self._settle(replace(call, kind=internal), before, to_internal(kind, sent))
            new = from_internal(kind, after)
        warnings = (*revision.warnings, *metadata.warnings(new), *rules.warnings(kind.resource.name, new, old))
        entries = revision.entries if counts else live or []
        if entries is None:
            entries = self._ownership.of_changed(call, old, new, live, revision.sent, options)
        self._complete(call, before, after)
        shape_of(internal).keep(after)
        stays = same(before, after) and managers.without_times(live) == managers.without_times(entries)
        finished = is_finished(kind, new)
        if stays and not finished and not self._is_only_seen(call, version):
            return ObjectAnswer(version, warnings=warnings)
        if entries:
            after["metadata"]["managedFields"] = new["metadata"]["managedFields"] = entries
        if not options.dry_run:
            if finished:
                self._objects.remove(kind, call.key, version.revision)
                self._definitions.removed(kind, old)
            else:
                version = self._objects.put(internal, call.key, after, version.revision)
                self._definitions.written(kind, version)
                return ObjectAnswer(version if internal is kind else shown(kind, version), warnings=warnings)
        # nothing was stored under a new version: the answer shows the change, under the old one
        return ObjectAnswer(shown(kind, Version(call.key, version.revision, stored_bytes(internal, after))), warnings=warnings)

    def _internal(self, call: Call, internal: Kind, version: Version) -> Document:
        """The state of which `version` is another form. Raises `Changed` where it is no more."""
        kept = self._objects.storage.get(internal.storage_key, call.key)
        if kept is None or kept.revision != version.revision:
            raise Changed
        document = self._objects.document(internal, kept)
        document["metadata"].pop("managedFields", None)
        return document

    def _is_only_seen(self, call: Call, version: Version) -> bool:
        """Whether what is stored is not yet what clients see of it, so that an update that changes nothing is a write all the same."""
        lens = call.kind.lens
        return lens is not None and lens.up_to_date and self._objects.storage.get(call.kind.storage_key, call.key) is not version

    def _complete(self, call: Call, old: Document, new: Document) -> None:
        """What a server does to an update, in place, when its owners have been noted: nobody owns that."""
        if call.kind.storage_key != SERVICES:
            admission.complete(call.kind, old, new)
        elif not call.subresource:
            reallocate(self._objects.storage, old, new)

    def _settle(self, call: Call, old: Document, sent: Document) -> Document:
        kind = call.kind
        shape = shape_of(kind)
        if call.subresource:
            new = subresource_part(kind, call.subresource, old, sent)
            changes = metadata.change_faults(kind, old, new)
            metadata.keep_server_fields(old, new)
            shape.fill_in(new)
            metadata.check(kind, new, shape.status_faults(new, old), changes=changes)
            return new
        changes = metadata.change_faults(kind, old, sent)
        metadata.keep_server_fields(old, sent)
        if kind.storage_key == DEFINITIONS:
            crds.check_update(sent, old)
            status = old.get("status", {})
            sent = {**crds.defaulted(sent), "status": status}
        else:
            admission.prepare_changed(kind, old, sent)
        shape.fill_in(sent)
        metadata.check(kind, sent, shape.faults(sent, old), changes=changes)
        generation.count(kind, old, sent)
        return sent
