"""Create, update and patch: from what a client sends to the revision that is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fakes.api_server.custom.definitions import Definitions
from fakes.api_server.objects import metadata
from fakes.api_server.objects.objects import ObjectAnswer, Objects
from fakes.api_server.options import WriteOptions
from fakes.api_server.ownership import managers
from fakes.api_server.ownership.ownership import Ownership
from fakes.api_server.requests import Call
from fakes.api_server.verbs import patched
from fakes.api_server.verbs.creating import Creator
from fakes.api_server.verbs.patched import Refuse
from fakes.api_server.verbs.preconditions import check_uid
from fakes.api_server.verbs.revising import Reviser
from fakes.api_server.verbs.revision import Revision
from fakes.api_server.verbs.sent_object import check_name, check_place, decode_body
from fakes.api_server.wire.encoding import copied
from fakes.api_server.wire.misfits import check_patched
from fakes.storage import Changed

Document = dict[str, Any]


class Writer:
    """The verbs that bring something in. Documents that are handed in become the writer's own."""

    def __init__(self, objects: Objects, definitions: Definitions, ownership: Ownership) -> None:
        allocating = objects.runtime.condition("addresses of services")
        creator = Creator(objects, definitions, ownership, allocating)
        self._taken = creator.taken
        self.add = creator.add
        self.revise = Reviser(objects, definitions, ownership, allocating).revise

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
            raise self._taken(call.kind, document["metadata"]) from None

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
