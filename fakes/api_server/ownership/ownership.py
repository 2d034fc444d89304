"""Ownership: the managedFields that each write leaves behind, for the verbs that write."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from fakes.api_server.builtin import schemas, typed
from fakes.api_server.kinds import Kind, Kinds
from fakes.api_server.objects.objects import Objects
from fakes.api_server.options import WriteOptions
from fakes.api_server.ownership import managers, type_faults
from fakes.api_server.ownership.appliers import Application
from fakes.api_server.ownership.field_types import type_of
from fakes.api_server.ownership.managers import Author, Entries, Form, Forms, Managers
from fakes.api_server.ownership.reset_fields import reset_fields
from fakes.api_server.requests import Call
from fakes.api_server.wire.encoding import same

Document = dict[str, Any]

_HEADER = ("apiVersion", "kind", "metadata")
_ACCOUNTS = ("", "serviceaccounts")
"""Their secrets may be without the name by which they are known. Of all others only custom resources can be what is not of their type."""


class Ownership:
    """Knows who writes, and in which versions the fields of an object may be named. Documents come without managedFields."""

    def __init__(self, objects: Objects, kinds: Kinds) -> None:
        self._objects = objects
        self._kinds = kinds

    def counts(self, call: Call, sent: Document, old: Document | None = None) -> bool:
        """Whether a server can read what a write sent, and what was there, as one of its type: else it leaves managedFields as they are.

        `sent` is as it was read, with what this write cannot change. What is kept of it has been looked at elsewhere.
        """
        kind = call.kind
        if kind.storage_key == _ACCOUNTS:
            return not any(type_faults.complaint(state, type_of(kind), doubled=True) for state in (sent, old) if state)
        if not kind.custom or "status" not in kind.subresources:
            return True
        left_out = {
            name: value
            for name, value in sent.items()
            if name not in _HEADER and (name == "status") != bool(call.subresource) and not (old and same(old.get(name), value))
        }
        return not left_out or not type_faults.complaint(left_out, type_of(kind), doubled=True)

    def of_new(self, call: Call, document: Document, sent: Entries | None, options: WriteOptions) -> Entries:
        """Of an object that is created. `sent` are the managedFields that came with it, if any did."""
        reset = reset_fields(call.kind, "")
        shown = {name: value for name, value in document.items() if f"f:{name}" not in reset} if reset else dict(document)
        shown["metadata"] = managers.owned_metadata(document["metadata"])
        known, forms = managers.known(None, sent), self._forms(call.kind)
        now = document["metadata"]["creationTimestamp"]
        return managers.write(managers.updated(known, empty(call.kind), shown, self._author(call, options), forms, now))

    def of_changed(
        self, call: Call, old: Document, new: Document, live: Entries | None, sent: Entries | None, options: WriteOptions
    ) -> Entries:
        """Of an object that is updated. `live` are the managedFields it had; a subresource cannot change them by sending others."""
        known = managers.known(live, None if call.subresource or sent == live else sent)
        if not known:
            # nobody counted from the start, so nobody counts now
            return []
        known = self._reconciled(call.kind, known)
        author = self._author(call, options)
        reset = reset_fields(call.kind, call.subresource)
        return managers.write(managers.updated(known, old, new, author, self._forms(call.kind), self._objects.now(), reset))

    def applied(
        self, call: Call, live: Document | None, entries: Entries | None, config: Document, options: WriteOptions
    ) -> tuple[Document, Entries]:
        """What becomes of `live`, and of its managedFields, when `config` is applied; of nothing, where there is none yet.

        Raises as `Application` does.
        """
        application = Application(
            config,
            self._author(call, options),
            options.force,
            self._forms(call.kind),
            reset_fields(call.kind, call.subresource),
            empty(call.kind),
            self._objects.now(),
            call.kind.custom or call.kind.storage_key == _ACCOUNTS,
        )
        known = self._reconciled(call.kind, managers.known(entries, None))
        document, changed = application.to(live, known)
        return document, managers.write(changed)

    def versions(self, kind: Kind) -> tuple[Kind, ...]:
        """The kind in every version that is served."""
        found = (other for other in self._kinds.all() if other.storage_key == kind.storage_key)
        return tuple(other for other in found if other.resource.group == kind.resource.group)

    def _author(self, call: Call, options: WriteOptions) -> Author:
        return Author(options.manager, call.kind.resource.api_version, call.subresource)

    def _forms(self, kind: Kind) -> Forms:
        def find(api_version: str) -> Form | None:
            resource = kind.resource
            if api_version == resource.api_version:
                return Form(type_of(kind), _as_it_is)
            group, _, version = api_version.rpartition("/")
            other = self._kinds.find(group, version, resource.plural)
            return None if other is None else Form(type_of(other), _converter(kind, other))

        return find

    def _reconciled(self, kind: Kind, known: Managers) -> Managers:
        """Definitions may have changed since; built-in kinds never do."""
        if not kind.custom:
            return known
        find, result = self._forms(kind), {}
        for manager, share in known.items():
            form = find(share.api_version)
            result[manager] = share if form is None else replace(share, fields=managers.reconciled(share.fields, form.type))
        return result


def _as_it_is(document: Document) -> Document:
    return document


def _converter(kind: Kind, other: Kind) -> Callable[[Document], Document]:
    """From the form of an object in one version to that in another."""
    if kind.conversion is None and other.conversion is None:
        return _as_it_is

    def convert(document: Document) -> Document:
        stored = kind.conversion.to_stored(document) if kind.conversion else document
        return other.conversion.from_stored(stored) if other.conversion else stored

    return convert


def empty(kind: Kind) -> Document:
    """An object of this kind in which nothing was set: built-in kinds have fields even then. Nobody may change it."""
    resource = kind.resource
    name = None if kind.custom else schemas.name_of(resource.group, resource.version, resource.kind)
    return {"kind": resource.kind, "apiVersion": resource.api_version, **({} if name is None else _empty(name))}


@functools.cache
def _empty(name: str) -> Document:
    return typed.empty(name)
