"""Applying: server-side apply, for objects and their statuses."""

from __future__ import annotations

from typing import Any

from fakes.api_server import errors, metadata
from fakes.api_server.appliers import check_type, group_version_kind
from fakes.api_server.decoding import Undecodable, decode
from fakes.api_server.encoding import copied
from fakes.api_server.kinds import Kind
from fakes.api_server.managers import Entries
from fakes.api_server.objects import ObjectAnswer
from fakes.api_server.options import WriteOptions
from fakes.api_server.ownership import Ownership
from fakes.api_server.requests import Call
from fakes.api_server.shapes import CustomShape, shape_of
from fakes.api_server.writing import Revision, Writer, check_name, check_place

Document = dict[str, Any]


class Applier:
    """See the module."""

    def __init__(self, writer: Writer, ownership: Ownership) -> None:
        self._writer = writer
        self._ownership = ownership

    def apply(self, call: Call, config: Document, options: WriteOptions, warnings: tuple[str, ...] = ()) -> ObjectAnswer:
        """Bring an object into the state that `config` wants, and make it where there is none. Raises 400, 403, 404, 409, 422, 500."""

        def revise(old: Document) -> Revision:
            live = {**old, "metadata": {**old["metadata"]}}
            entries = live["metadata"].pop("managedFields", None)
            return self._revision(call, live, entries, config, options, warnings)

        def create() -> ObjectAnswer:
            empty = {"apiVersion": call.kind.resource.api_version, "kind": call.kind.resource.kind}
            revision = self._revision(call, empty, None, config, options, warnings)
            uid = revision.document["metadata"].get("uid")
            if uid:
                why = f"uid mismatch: the provided object specified uid {uid}, and no existing object was found"
                raise errors.conflict(call.kind.resource.name, call.name, why)
            return self._writer.add(call, revision, options)

        return self._writer.revise(call, revise, options, None if call.subresource else create)

    def _revision(
        self, call: Call, live: Document, entries: Entries | None, config: Document, options: WriteOptions, warnings: tuple[str, ...]
    ) -> Revision:
        kind = call.kind
        check_type(config, kind.resource.api_version, kind.resource.kind)
        merged, entries = self._ownership.applied(call, live, entries, config, options)
        document = copied(merged)
        try:
            decode(kind, document, WriteOptions(validation="Ignore"))
        except Undecodable as error:
            own = config.get("metadata") or {}
            place = f"{own.get('namespace', '')}/{own.get('name', '')}; {group_version_kind(config)}"
            version = kind.resource.api_version
            raise errors.server_failure(f"failed to convert new object ({place}) to proper version ({version}): {error}") from None
        if kind.custom:
            self._check_nulls(kind, document, live)
        document = metadata.clean(kind, document)
        own = document["metadata"]
        check_name(own, call.name)
        check_place(call, own)
        return Revision(document, warnings, entries=entries)

    def _check_nulls(self, kind: Kind, document: Document, live: Document) -> None:
        """What an applier leaves empty is null. In other writes a null stands for nothing; here a custom resource's schema sees it."""
        shape = shape_of(kind)
        assert isinstance(shape, CustomShape), "custom kinds have custom shapes"
        faults = shape.null_faults(copied(document), live if "uid" in live.get("metadata", {}) else None)
        if faults:
            raise errors.invalid(metadata.kind_name(kind), document["metadata"].get("name", ""), faults)
