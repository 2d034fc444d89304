"""Shape: what objects of a kind may look like, and what a server makes of one on its way in."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from fakes.api_server.builtin import schemas, typed
from fakes.api_server.builtin.count_rules import count_faults
from fakes.api_server.builtin.defaults import DEFAULTS
from fakes.api_server.builtin.rules import RULES, change_faults, creation_faults
from fakes.api_server.builtin.template_counts import check_count
from fakes.api_server.custom import scale_faults, structural, structural_faults
from fakes.api_server.errors import Cause
from fakes.api_server.kinds import Kind
from fakes.api_server.wire.json_syntax import doubled_paths, quote, type_of

Document = dict[str, Any]


class Shape(Protocol):
    """Of one kind. Documents are changed in place."""

    def prune(self, document: Document) -> list[str]:
        """Take out the fields that nobody knows, and give what is to be said of them, and of what is there twice.

        Raises `Undecodable` for values of another type.
        """
        ...

    def fill_in(self, document: Document) -> None:
        """Put the defaults where nothing was said."""
        ...

    def keep(self, document: Document) -> None:
        """Make of it what is kept of it, when its owners have been noted."""
        ...

    def faults(self, document: Document, old: Mapping[str, Any] | None) -> list[Cause]:
        """What is wrong with it. What an update leaves as it was in `old` is not complained of."""
        ...

    def status_faults(self, document: Document, old: Mapping[str, Any] | None) -> list[Cause]:
        """As `faults`, of a write to the status."""
        ...


class CustomShape:
    """That of a custom kind, as its definition says."""

    def __init__(self, kind: Kind) -> None:
        self._definition = kind.definition
        self._schema = (kind.definition.get("schema") or {}).get("openAPIV3Schema") or {structural.PRESERVE: True}

    def prune(self, document: Document) -> list[str]:
        complaints = [f"duplicate field {quote(path)}" for path in doubled_paths(document)]
        if document.get("metadata") is not None:
            if not isinstance(document["metadata"], dict):
                raise typed.Undecodable(f"json: cannot unmarshal {type_of(document['metadata'])} into Go value of type v1.ObjectMeta")
            own, unknown = typed.normal(dict(document["metadata"]), schemas.OBJECT_META)
            document["metadata"] = own
            complaints += [text.replace('"', '"metadata.', 1) for text in unknown]
        pruned = sorted(structural.prune(document, self._schema))
        return [*dict.fromkeys(complaints), *(f'unknown field "{path}"' for path in pruned)]

    def fill_in(self, document: Document) -> None:
        structural.fill_in(document, self._schema)

    def keep_nulls(self, document: Document) -> None:
        """`fill_in`, but with the nulls that it would drop."""
        structural.default(document, self._schema)

    def keep(self, document: Document) -> None:
        structural.write_out(document)

    def faults(self, document: Document, old: Mapping[str, Any] | None) -> list[Cause]:
        scale = self._scale()
        found = structural_faults.faults(document, self._schema, old)
        return [*found, *scale_faults.spec_faults(scale, document), *scale_faults.status_faults(scale, document)]

    def status_faults(self, document: Document, old: Mapping[str, Any] | None) -> list[Cause]:
        schema = (self._schema.get("properties") or {}).get("status")
        found = []
        if schema is not None and "status" in document:
            found = structural_faults.faults(document["status"], schema, (old or {}).get("status"))
        causes = (replace(cause, field=f"status.{cause.field}".rstrip(".")) for cause in found)
        return [*causes, *scale_faults.status_faults(self._scale(), document)]

    def _scale(self) -> Mapping[str, str]:
        return (self._definition.get("subresources") or {}).get("scale") or {}


class TypedShape:
    """That of a built-in kind: its structs, its defaults, its rules."""

    def __init__(self, resource: str, schema: str, *, has_status: bool) -> None:
        self._resource = resource
        self._schema = schema
        self._has_status = has_status

    def prune(self, document: Document) -> list[str]:
        found, complaints = typed.normal(document, self._schema)
        document.clear()
        document.update(found)
        if self._resource == "daemonsets.apps":
            check_count(document)
        return complaints

    def fill_in(self, document: Document) -> None:
        if self._has_status and "status" not in document:
            document.update({name: value for name, value in typed.empty(self._schema).items() if name == "status"})
        DEFAULTS.get(self._resource, _nothing)(document)

    def keep(self, document: Document) -> None:
        typed.without_empty_lists(document)

    def faults(self, document: Document, old: Mapping[str, Any] | None) -> list[Cause]:
        rule = RULES.get(self._resource)
        found = [*([] if rule is None else rule(document)), *count_faults(self._resource, document)]
        if old is None:
            return [*creation_faults(self._resource, document), *found]
        return [*found, *change_faults(self._resource, document, old)]

    def status_faults(self, document: Document, old: Mapping[str, Any] | None) -> list[Cause]:
        return self.faults(document, old)


def _nothing(document: Document) -> None:
    pass


class FreeShape:
    """That of a kind of which nothing is known: everything is taken as it comes."""

    def prune(self, document: Document) -> list[str]:
        return []

    def fill_in(self, document: Document) -> None:
        pass

    def keep(self, document: Document) -> None:
        pass

    def faults(self, document: Document, old: Mapping[str, Any] | None) -> list[Cause]:
        return []

    def status_faults(self, document: Document, old: Mapping[str, Any] | None) -> list[Cause]:
        return []


def shape_of(kind: Kind) -> Shape:
    """The shape of objects of this kind."""
    if kind.custom:
        return CustomShape(kind)
    resource = kind.resource
    return _built_in(resource.group, resource.version, resource.kind, resource.name, "status" in kind.subresources)


@functools.lru_cache(maxsize=1024)
def _built_in(group: str, version: str, kind: str, resource: str, has_status: bool) -> Shape:
    name = schemas.name_of(group, version, kind)
    return FreeShape() if name is None else TypedShape(resource, name, has_status=has_status)
