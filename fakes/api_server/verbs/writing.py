"""Create, update and patch: the rules that decide what a write becomes, and a loop that tries again when another write was faster."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fakes.api_server import errors
from fakes.api_server.builtin import admission, rules
from fakes.api_server.builtin.allocation import SERVICES, allocate, reallocate
from fakes.api_server.builtin.shapes import shape_of
from fakes.api_server.custom import crds
from fakes.api_server.custom.definitions import DEFINITIONS, Definitions
from fakes.api_server.kinds import Kind
from fakes.api_server.objects import metadata
from fakes.api_server.objects.objects import ObjectAnswer, Objects
from fakes.api_server.options import WriteOptions
from fakes.api_server.ownership import managers
from fakes.api_server.ownership.managers import Entries
from fakes.api_server.ownership.ownership import Ownership
from fakes.api_server.requests import Call, in_range, object_key
from fakes.api_server.verbs import generation, patched
from fakes.api_server.verbs.internal_form import from_internal, internal_kind, to_internal
from fakes.api_server.verbs.patched import Refuse
from fakes.api_server.verbs.preconditions import check_uid, check_version
from fakes.api_server.verbs.subresource_part import subresource_part
from fakes.api_server.wire.decoding import Undecodable, decode
from fakes.api_server.wire.encoding import copied, encode_object, same, shown
from fakes.api_server.wire.misfits import check_patched
from fakes.storage import Changed, Version

_ATTEMPTS = 8

Document = dict[str, Any]


class Revision(Struct, frozen=True):
    """A new state, without managedFields, and what the server warns of.

    `sent` are the managedFields that the client sent or left in it; `entries` are what they become, where that is known already.
    """

    document: Document
    warnings: tuple[str, ...] = ()
    sent: Entries | None = None
    entries: Entries | None = None


Revise = Callable[[Document], Revision]
"""From the newest state, which it may not change, to the new one."""


class Writer:
    """The verbs that bring something in. Documents that are handed in become the writer's own."""

    def __init__(self, objects: Objects, definitions: Definitions, ownership: Ownership) -> None:
        self._objects = objects
        self._definitions = definitions
        self._ownership = ownership
        self._allocating = objects.runtime.condition("addresses of services")

    def create(self, call: Call, document: Document, options: WriteOptions) -> ObjectAnswer:
        """Raises what `StatusError` lists for creations: 400, 403, 404, 409, 422, 500."""
        sent = managers.take(document)
        warnings = decode_body(call.kind, document, options)
        version_sent = (document.get("metadata") or {}).get("resourceVersion")
        document = metadata.clean(call.kind, document)
        check_place(call, document["metadata"])
        try:
            return self.add(call, Revision(document, warnings, sent), options, version_sent)
        except Changed:
            raise self._taken(call.kind, document["metadata"], generated=False) from None

    def add(self, call: Call, revision: Revision, options: WriteOptions, version_sent: str | None = None) -> ObjectAnswer:
        """Store what is not there. Raises `Changed` where it is, and as `create`, which calls it with what was decoded and cleaned."""
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
        raise self._taken(kind, own, generated=True)

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
            return ObjectAnswer(kind.seen(Version(key, 0, encode_object(kind, document))), 201, warnings)
        version = self._objects.put(kind, key, document, 0)
        self._definitions.written(kind, version)
        return ObjectAnswer(version, 201, warnings)

    def _taken(self, kind: Kind, own: dict[str, Any], *, generated: bool) -> errors.StatusError:
        if generated:
            return errors.names_exhausted(kind.resource.name, own["name"])
        version = self._objects.storage.get(kind.storage_key, object_key(own.get("namespace", ""), own["name"]))
        terminating = version is not None and "deletionTimestamp" in version.document()["metadata"]
        return errors.already_exists(kind.resource.name, own["name"], terminating=terminating)

    def update(self, call: Call, document: Document, options: WriteOptions) -> ObjectAnswer:
        """PUT of an object or of its status. Raises 400, 404, 409, 422."""
        sent = managers.take(document)
        warnings = decode_body(call.kind, document, options)
        document = metadata.clean(call.kind, document)
        own = document["metadata"]
        check_name(own, call.name)
        check_place(call, own)

        def replacing(old: Document) -> Revision:
            new = copied(document)
            check_uid(call.kind, old["metadata"]["uid"], new, dry_run=options.dry_run)
            return Revision(new, warnings, sent)

        def create_instead() -> ObjectAnswer:
            check_uid(call.kind, "", document, dry_run=options.dry_run)
            return self.add(call, Revision(copied(document), warnings, sent), options)

        return self.revise(call, replacing, options, create_instead if call.kind.create_on_update and not call.subresource else None)

    def patch(
        self,
        call: Call,
        change: Callable[[Document], Any],
        options: WriteOptions,
        refuse: Refuse | None = None,
        said: Sequence[str] = (),
    ) -> ObjectAnswer:
        """Apply `change` to the newest state, again when another write was faster. Raises what `change` raises, and 400, 404, 409, 422.

        `change` leaves what it is given as it is. `refuse` says what is answered where it makes something that is no object of its kind;
        `said` is what is complained of already.
        """

        def revise(old: Document) -> Revision:
            new, sent, warnings = patched.read(change, old, call.kind, options, refuse, said)
            new = metadata.clean(call.kind, new)
            check_name(new["metadata"], call.name)
            check_place(call, new["metadata"])
            check_patched(new, call.kind)
            return Revision(new, warnings, sent)

        return self.revise(call, revise, options)

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
        if not call.subresource:
            self._complete(kind, before, after)
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
        return ObjectAnswer(kind.seen(Version(call.key, version.revision, encode_object(kind, new))), warnings=warnings)

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

    def _complete(self, kind: Kind, old: Document, new: Document) -> None:
        """What a server does to an update, in place, when its owners have been noted: nobody owns that."""
        if kind.storage_key == SERVICES:
            reallocate(self._objects.storage, old, new)
        else:
            admission.complete(kind, old, new)

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


def decode_body(kind: Kind, document: Document, options: WriteOptions) -> tuple[str, ...]:
    """Bring `document` into the shape of its kind, in place; gives the warnings. Raises 400 for what it cannot be."""
    try:
        return decode(kind, document, options)
    except Undecodable as error:
        raise errors.undecodable(kind.resource.kind, kind.resource.version, str(error)) from None


def is_finished(kind: Kind, document: Document) -> bool:
    """Whether a deletion that was waiting has nothing to wait for any more."""
    own = document["metadata"]
    if "deletionTimestamp" not in own or own.get("finalizers") or own.get("deletionGracePeriodSeconds"):
        return False
    return kind.storage_key != admission.NAMESPACES or not document.get("spec", {}).get("finalizers")


def check_place(call: Call, own: dict[str, Any]) -> None:
    """Have the metadata say where the path says that it is. Raises 400 where it says otherwise."""
    if call.name and own.setdefault("name", call.name) != call.name:
        raise _name_mismatch(own["name"], call.name)
    if not call.kind.resource.namespaced:
        own.pop("namespace", None)
    if own.get("namespace", call.namespace) != call.namespace:
        raise errors.wrong_namespace()
    if call.namespace:
        own["namespace"] = call.namespace


def check_name(own: Mapping[str, Any], name: str) -> None:
    """Raises 400 where a metadata has another name than the URL, or none."""
    if not own.get("name"):
        raise errors.bad_request(f"the name of the object ({name} based on URL) was undeterminable: name must be provided")
    if own["name"] != name:
        raise _name_mismatch(own["name"], name)


def _name_mismatch(body: str, url: str) -> errors.StatusError:
    return errors.bad_request(f"the name of the object ({body}) does not match the name on the URL ({url})")
