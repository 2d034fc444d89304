"""Appliers: managers who say, each time, all that they want of an object. What they want no more, and nobody else owns, goes.

Guarantees: nothing that is handed in is changed. Raises `ApplyConflict` where somebody else owns a field that would change, and a 500 for a
configuration that is not of the object's type.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from fakes.api_server import errors
from fakes.api_server.ownership import last_applied, type_faults
from fakes.api_server.ownership.comparison import opinion
from fakes.api_server.ownership.conflicts import ApplyConflict
from fakes.api_server.ownership.field_sets import FieldSet, difference, intersection, union, without
from fakes.api_server.ownership.field_types import FieldType
from fakes.api_server.ownership.managers import UNOWNED, Author, Changes, Forms, Manager, Managers, Share, updated
from fakes.api_server.ownership.merging import merged, pruned
from fakes.api_server.wire.encoding import same

Document = dict[str, Any]

_BEFORE = "before-first-apply"


@dataclass(frozen=True, slots=True)
class Application:
    """One configuration. `forms` are those of its object, `reset` is what cannot be written by this way.

    `empty` is an object in which nothing was set, `now` is a timestamp. `doubtful` is whether what is there may be not of its type.
    """

    config: Document
    author: Author
    force: bool
    forms: Forms
    reset: FieldSet
    empty: Document
    now: str
    doubtful: bool

    def to(self, live: Document | None, managers: Managers) -> tuple[Document, Managers]:
        """What becomes of an object (None for one to be made), and of its managers. `live` is without managedFields."""
        if live is None:
            live = self.empty
        elif not managers:
            if self.doubtful and (fault := type_faults.complaint(live, self._type, doubled=True)):
                start = f"failed to create manager for existing fields: failed to convert new object ({place_of(live)}) to smd typed"
                raise errors.server_failure(f"{start}: {fault}")
            before = Author(_BEFORE, self.author.api_version, self.author.subresource)
            managers = updated({}, self.empty, live, before, self.forms, self.now, self.reset)
        try:
            document, managers = self._apply(live, managers, force=self.force)
        except ApplyConflict as conflict:
            if self.author.name != last_applied.KUBECTL:
                raise
            last_applied.forgive(conflict, live, self._type)
            document, managers = self._apply(live, managers, force=True)
        if self.author.name == last_applied.KUBECTL:
            document = last_applied.kept_up(document, self.config)
        return document, managers

    @property
    def _type(self) -> FieldType:
        form = self.forms(self.author.api_version)
        assert form is not None, "what is applied to is served"
        return form.type

    def _apply(self, live: Document, managers: Managers, *, force: bool) -> tuple[Document, Managers]:
        whole, me = self._type, self.author.manager("Apply")
        self._check()
        last = managers.get(me)
        wanted = without(opinion(self.config, whole), self.reset)
        managers = {**managers, me: Share(wanted, self.author.api_version, last.time if last else None)}
        new = self._merged(live)
        if last and last.fields:
            owned = functools.reduce(union, (share.fields for share in managers.values()))
            new = pruned(new, last.fields, owned, whole)
        changes = Changes(live, new, self.forms, self.reset)
        conflicts = _conflicts(changes, managers, me)
        if conflicts and not force:
            raise ApplyConflict(conflicts)
        managers = changes.leave(managers, but=me)
        changed = not same(live, new)
        if me in managers:
            fields = difference(managers[me].fields, UNOWNED)
            del managers[me]
            if fields:
                time = self.now if changed else last.time if last else None
                managers[me] = Share(fields, self.author.api_version, time)
        return new if changed else live, managers

    def _merged(self, live: Document) -> Document:
        if self.doubtful and (fault := type_faults.complaint(live, self._type, doubled=True)):
            raise errors.server_failure(f"failed to create typed live object ({place_of(live)}): {fault}")
        document: Document = merged(live, self.config, self._type)
        return document

    def _check(self) -> None:
        own = self.config.get("metadata")
        own = own if isinstance(own, dict) else {}
        if isinstance(own.get("managedFields"), list):
            raise errors.bad_request("metadata.managedFields must be nil")
        fault = type_faults.complaint(self.config, self._type)
        if fault:
            raise errors.server_failure(f"failed to create typed patch object ({place_of(self.config)}): {fault}")


def place_of(config: Document) -> str:
    """The object as messages name it: `namespace/name; group/version, Kind=Kind`."""
    own = config.get("metadata")
    own = own if isinstance(own, dict) else {}
    return f"{own.get('namespace', '')}/{own.get('name', '')}; {group_version_kind(config)}"


def group_version_kind(document: Document) -> str:
    """As Go prints it: `apps/v1, Kind=Deployment`, `/v1, Kind=Pod`."""
    said = (document.get("apiVersion"), document.get("kind"))
    version, kind = (text if isinstance(text, str) else "" for text in said)
    return f"{version if '/' in version else f'/{version}'}, Kind={kind}"


def check_type(config: Document, api_version: str, kind: str) -> None:
    """Raises 400 for the configuration of something else."""
    if (config.get("apiVersion"), config.get("kind")) != (api_version, kind):
        raise errors.bad_request(f"invalid object type: {group_version_kind(config)}")


def _conflicts(changes: Changes, managers: Managers, me: Manager) -> dict[Manager, FieldSet]:
    found = {}
    for manager, share in managers.items():
        own = None if manager == me else changes.of(share.api_version)
        if own is not None and (fields := intersection(share.fields, own.changed)):
            found[manager] = fields
    return found
