"""Applying: server-side apply, for objects and their statuses."""

from __future__ import annotations

from typing import Any

from fakes.api_server import errors
from fakes.api_server.builtin.shapes import CustomShape, shape_of
from fakes.api_server.objects import metadata
from fakes.api_server.objects.objects import ObjectAnswer
from fakes.api_server.options import WriteOptions
from fakes.api_server.ownership.appliers import check_type, place_of
from fakes.api_server.ownership.configurations import refusal
from fakes.api_server.ownership.managers import Entries
from fakes.api_server.ownership.ownership import Ownership
from fakes.api_server.requests import Call
from fakes.api_server.verbs.revision import Revision
from fakes.api_server.verbs.sent_object import check_name, check_place
from fakes.api_server.verbs.writing import Writer
from fakes.api_server.wire.decoding import Undecodable, decode
from fakes.api_server.wire.encoding import copied

Document = dict[str, Any]


class Applier:
    """See the module."""

    def __init__(self, writer: Writer, ownership: Ownership) -> None:
        self._writer = writer
        self._ownership = ownership

    def apply(self, call: Call, config: Document, options: WriteOptions, repeated: tuple[str, ...] = ()) -> ObjectAnswer:
        """Bring an object into the state that `config` wants, and make it where there is none. Raises 400, 403, 404, 409, 422, 500.

        `repeated` are complaints about the text of `config`: they are heard when there are no conflicts.
        """

        def revise(old: Document) -> Revision:
            live = {**old, "metadata": {**old["metadata"]}}
            entries = live["metadata"].pop("managedFields", None)
            return self._revision(call, live, entries, config, options, repeated)

        def create() -> ObjectAnswer:
            revision = self._revision(call, None, None, config, options, repeated)
            uid = revision.document["metadata"].get("uid")
            if uid:
                why = f"uid mismatch: the provided object specified uid {uid}, and no existing object was found"
                raise errors.conflict(call.kind.resource.name, call.name, why)
            return self._writer.add(call, revision, options)

        return self._writer.revise(call, revise, options, None if call.subresource else create)

    def _revision(
        self, call: Call, live: Document | None, entries: Entries | None, config: Document, options: WriteOptions, repeated: tuple[str, ...]
    ) -> Revision:
        kind = call.kind
        check_type(config, kind.resource.api_version, kind.resource.kind)
        merged, entries = self._ownership.applied(call, live, entries, config, options)
        if repeated and options.validation == "Strict":
            raise refusal(repeated)
        document = copied(merged)
        try:
            decode(kind, document, WriteOptions(validation="Ignore"))
        except Undecodable as error:
            start = f"failed to convert new object ({place_of(config)}) to proper version"
            raise errors.server_failure(f"{start}: {error}") from None
        if kind.custom:
            self._check_nulls(call, copied(document), live)
        document = metadata.clean(kind, document)
        own = document["metadata"]
        if kind.custom:
            own.update(metadata.emptied(merged.get("metadata") or {}))
        check_name(own, call.name)
        check_place(call, own)
        return Revision(document, repeated, entries=entries)

    def _check_nulls(self, call: Call, document: Document, live: Document | None) -> None:
        """What an applier leaves empty is null. In other writes a null stands for nothing; here a custom resource's schema sees it."""
        shape = shape_of(call.kind)
        assert isinstance(shape, CustomShape), "custom kinds have custom shapes"
        shape.keep_nulls(document)
        faults = (shape.status_faults if call.subresource else shape.faults)(document, live)
        if faults:
            raise errors.invalid(metadata.kind_name(call.kind), document["metadata"].get("name", ""), faults)
