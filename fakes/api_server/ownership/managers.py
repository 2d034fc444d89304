"""Managers: who owns which fields of an object, as its managedFields say it, and what a write changes about that.

Guarantees: nothing that is handed in is changed. Whoever changes a field takes it from all others; the time of a manager changes with its
fields only. Of those who update no more than ten are kept, the oldest become `ancient-changes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from fakes.api_server.builtin.structs import Time, read_special
from fakes.api_server.ownership.comparison import Comparison, compare
from fakes.api_server.ownership.field_sets import EMPTY, MEMBER, SELF, FieldSet, canonical, difference, union, without
from fakes.api_server.ownership.field_types import FieldType

Document = dict[str, Any]
Entries = list[dict[str, Any]]
"""managedFields as an object has them."""
Operation = Literal["Apply", "Update"]


class Form(msgspec.Struct, frozen=True):
    """An object in one version: its type, and what makes it of the object in the version in which it is written."""

    type: FieldType
    convert: Callable[[Document], Document]


Forms = Callable[[str], Form | None]
"""From an apiVersion to the form of the object in it; None where it is not served any more."""

_MOST_UPDATERS = 10
_ANCIENT = "ancient-changes"
_SERVER_OWNED = frozenset(
    (
        "name",
        "namespace",
        "creationTimestamp",
        "selfLink",
        "uid",
        "clusterName",
        "generation",
        "managedFields",
        "resourceVersion",
    )
)
UNOWNED: FieldSet = {
    "f:apiVersion": MEMBER,
    "f:kind": MEMBER,
    "f:metadata": {SELF: MEMBER, **{f"f:{name}": MEMBER for name in sorted(_SERVER_OWNED)}},
}
"""What nobody owns."""


def owned_metadata(metadata: Mapping[str, Any]) -> Document:
    """What of a metadata somebody may own."""
    return {name: value for name, value in metadata.items() if name not in _SERVER_OWNED}


class Manager(NamedTuple):
    """Who is told apart from whom. Appliers have no version: they are the same in all of them."""

    name: str
    operation: Operation
    api_version: str
    subresource: str


class Share(msgspec.Struct, frozen=True):
    """What one manager owns, in the words of one version, and since when; no time for one who never changed anything."""

    fields: FieldSet
    api_version: str
    time: str | None


Managers = dict[Manager, Share]


class Author(msgspec.Struct, frozen=True):
    """Whoever writes: `name` may be empty."""

    name: str
    api_version: str
    subresource: str = ""

    def manager(self, operation: Operation) -> Manager:
        version = "" if operation == "Apply" else self.api_version
        return Manager(self.name or "unknown", operation, version, self.subresource)


class _Entry(msgspec.Struct, rename="camel", frozen=True):
    manager: str = ""
    operation: str = ""
    api_version: str = ""
    time: str | None = None
    fields_type: str = ""
    fields_v1: dict[str, Any] | None = msgspec.field(name="fieldsV1", default=None)
    subresource: str = ""


def take(document: Document, live: Entries | None = None) -> Entries | None:
    """Take managedFields out of a document, and give them. What is not of their type stays, for the decoder to complain of.

    `live` are those of the stored object, if there is one: they need no second look.
    """
    own = document.get("metadata")
    if not isinstance(own, dict) or "managedFields" not in own:
        return None
    entries: Entries | None = own["managedFields"]
    try:
        if entries != live:
            for entry in msgspec.convert(entries, list[_Entry] | None) or ():
                if entry.time is not None:
                    read_special(Time, entry.time)
    except (msgspec.ValidationError, ValueError):
        return None
    del own["managedFields"]
    return entries


def read(entries: Iterable[Mapping[str, Any]]) -> Managers:
    """Raises `ValueError` for entries that say too little."""
    managers: Managers = {}
    for entry in entries:
        operation, version = entry.get("operation"), entry.get("apiVersion")
        if operation not in ("Apply", "Update") or not version or entry.get("fieldsType") != "FieldsV1":
            raise ValueError("operation, apiVersion and fieldsType must be given")
        manager = Manager(entry.get("manager") or "", operation, "" if operation == "Apply" else version, entry.get("subresource") or "")
        managers[manager] = Share(entry.get("fieldsV1") or {}, version, entry.get("time"))
    return managers


def checked(sent: Entries) -> Managers:
    """`read`, of what a client says: each field set is made canonical, each time is in whole seconds. Raises `ValueError`."""

    def settled(entry: dict[str, Any]) -> dict[str, Any]:
        time = entry.get("time")
        return {
            **entry,
            "fieldsV1": canonical(entry.get("fieldsV1") or {}),
            "time": None if time is None else str(read_special(Time, time)),
        }

    return read(map(settled, sent))


def write(managers: Managers) -> Entries:
    """The entries in the order of a server."""
    shares = managers.items() if len(managers) < 2 else sorted(managers.items(), key=_order)
    return [_entry(manager, share) for manager, share in shares]


def _entry(manager: Manager, share: Share) -> dict[str, Any]:
    entry: dict[str, Any] = {"manager": manager.name, "operation": manager.operation, "apiVersion": share.api_version}
    if share.time:
        entry["time"] = share.time
    entry["fieldsType"] = "FieldsV1"
    entry["fieldsV1"] = share.fields
    if manager.subresource:
        entry["subresource"] = manager.subresource
    return entry


def _order(item: tuple[Manager, Share]) -> tuple[str, ...]:
    manager, share = item
    return manager.operation, share.time or "", manager.name, share.api_version, manager.subresource


def known(live: Entries | None, sent: Entries | None) -> Managers:
    """The managers from which an update goes on: those that it sends, if they can be read, or else those of the object.

    Who sends an empty list, or one empty entry, wants to start anew.
    """
    if sent is not None and sent in ([], [{}]):
        return {}
    try:
        if sent and (managers := checked(sent)):
            return managers
    except ValueError:
        pass
    if not live:
        return {}
    try:
        return read(live)
    except ValueError:
        return {}


def updated(managers: Managers, old: Document, new: Document, author: Author, forms: Forms, now: str, reset: FieldSet = EMPTY) -> Managers:
    """The managers after an update of `old` to `new`, both without managedFields. Changes of the fields in `reset` do not count."""
    changes = Changes(old, new, forms, reset)
    kept = changes.leave(managers) if managers else {}
    own_changes = changes.of(author.api_version)
    own = difference(own_changes.changed, UNOWNED) if own_changes else {}
    if own:
        manager = author.manager("Update")
        before = kept.get(manager)
        kept[manager] = Share(union(before.fields, own) if before else own, author.api_version, now)
    return _capped(kept)


class Changes:
    """The difference between two states of an object, in the words of each version. `reset` are fields whose changes do not count."""

    def __init__(self, old: Document, new: Document, forms: Forms, reset: FieldSet) -> None:
        self._old = old
        self._new = new
        self._forms = forms
        self._reset = reset
        self._found: dict[str, Comparison | None] = {}

    def of(self, api_version: str) -> Comparison | None:
        """None for a version that is not served."""
        if api_version not in self._found:
            form = self._forms(api_version)
            self._found[api_version] = None if form is None else self._compare(form)
        return self._found[api_version]

    def _compare(self, form: Form) -> Comparison:
        found = compare(form.convert(self._old), form.convert(self._new), form.type)
        return Comparison(without(found.changed, self._reset), without(found.removed, self._reset))

    def leave(self, managers: Managers, *, but: Manager | None = None) -> Managers:
        """What the changes leave to managers (to `but` all). Those that are left with nothing are gone, as are those of lost versions."""
        kept: Managers = {}
        for manager, share in managers.items():
            changes = self.of(share.api_version)
            if changes is None:
                continue
            fields = share.fields
            if manager != but:
                fields = difference(difference(fields, changes.changed), changes.removed)
            if fields:
                kept[manager] = share if fields is share.fields else Share(fields, share.api_version, share.time)
        return kept


def _capped(managers: Managers) -> Managers:
    if len(managers) <= _MOST_UPDATERS:
        return managers
    updaters = [(manager, share) for manager, share in managers.items() if manager.operation == "Update"]
    excess = len(updaters) - _MOST_UPDATERS
    if excess <= 0:
        return managers
    result = dict(managers)
    oldest: dict[str, Manager] = {}
    for manager, share in sorted(updaters, key=lambda item: (item[1].time or "", *item[0])):
        if excess <= 0:
            break
        bucket = Manager(_ANCIENT, "Update", share.api_version, "")
        first = oldest.setdefault(share.api_version, manager)
        if first is manager:
            continue
        if bucket not in result:
            result[bucket] = result.pop(first)
        del result[manager]
        result[bucket] = Share(union(share.fields, result[bucket].fields), share.api_version, share.time)
        excess -= 1
    return result


def reconciled(fields: FieldSet, type: FieldType) -> FieldSet:
    """The set as it must be now that what it has fields of may be owned as a whole only: a definition has changed."""
    result = {}
    for step, node in fields.items():
        below = _type_below(step, type)
        result[step] = _reconciled(node, below) if node and below is not None else node
    return result


def _reconciled(node: FieldSet, type: FieldType) -> FieldSet:
    if type.map is not None:
        return MEMBER if type.map.atomic else reconciled(node, type)
    if type.list is not None:
        return MEMBER if type.list.atomic else reconciled(node, type)
    return node


def _type_below(step: str, type: FieldType) -> FieldType | None:
    if step.startswith("f:") and type.map is not None:
        field = type.map[step[2:]]
        return field.type if field.declared or type.map.open else None
    return type.list.element if step[:2] in ("k:", "v:") and type.list is not None else None


def without_times(entries: Entries | None) -> Entries:
    """The entries as they are compared: a new time alone changes nothing."""
    return [{name: value for name, value in entry.items() if name != "time"} for entry in entries or ()]
