"""Internal form: the kind as which a write is settled, where a server does not do it in the form that was asked for.

That of most kinds is their own.
"""

from __future__ import annotations

from typing import Any

from fakes.api_server.builtin.shapes import shape_of
from fakes.api_server.kinds import Kind, builtin_kind

Document = dict[str, Any]


def internal_kind(kind: Kind) -> Kind:
    """As which a write to this kind is settled."""
    conversion = kind.conversion
    if conversion is None or not conversion.internal:
        return kind
    group, version, _ = conversion.stored
    return builtin_kind(group, version, kind.resource.plural)


def to_internal(kind: Kind, document: Document) -> Document:
    """Of a document of this kind, with its own defaults, which is changed. Only for those that have another internal kind."""
    assert kind.conversion is not None, "it is converted"
    shape_of(kind).fill_in(document)
    internal = internal_kind(kind).resource
    return {**kind.conversion.to_stored(document), "kind": internal.kind, "apiVersion": internal.api_version}


def from_internal(kind: Kind, document: Document) -> Document:
    """The way back: it shares what is in `document`."""
    assert kind.conversion is not None, "it is converted"
    return {**kind.conversion.from_stored(document), "kind": kind.resource.kind, "apiVersion": kind.resource.api_version}
