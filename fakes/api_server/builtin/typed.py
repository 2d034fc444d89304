"""Typed objects: built-in kinds are read into the structs that a real server has, and written out as those are.

Guarantees: what is read comes out in the order of the struct, without the empty fields that it leaves out, and with the empty ones that it
always has. The quick way is C code; only an object that it refuses is looked at field by field, for the words in which to refuse it.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping
from typing import Any

import msgspec

from fakes.api_server.builtin.structs import read_special, struct_of
from fakes.api_server.wire.json_syntax import Doubled
from fakes.api_server.wire.mending import Mending, Undecodable

__all__ = ["Undecodable", "empty", "normal", "without_empty_lists", "written"]

Document = dict[str, Any]
_MOST_COMPLAINTS = 100
_plain, _written = operator.attrgetter("plain"), operator.attrgetter("written")
_DEFINITION = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition"
"""The one kind that has schemas in it, which hold schemas in turn: C code cannot tell a good one."""


def normal(document: Document, name: str) -> tuple[Document, list[str]]:
    """The object as the server writes it, and what is to be said of fields that nobody knows and of what is there twice.

    Raises `Undecodable`.
    """
    complaints: dict[str, None] = {}
    try:
        if isinstance(document, Doubled) or name == _DEFINITION:
            raise msgspec.ValidationError("to be looked at field by field")
        struct = msgspec.convert(document, struct_of(name), dec_hook=read_special)
    except msgspec.ValidationError:
        mended = Mending(complaints).struct(document, name, (), "")
        try:
            struct = msgspec.convert(mended, struct_of(name), dec_hook=read_special)
        except msgspec.ValidationError as error:
            raise Undecodable(str(error).partition(" - at ")[0]) from None
    plain: Document = msgspec.to_builtins(struct, enc_hook=_plain)
    return plain, list(complaints)[:_MOST_COMPLAINTS]


def written(document: Mapping[str, Any], name: str) -> bytes | None:
    """A normal object in JSON: fields in the order of the struct, maps sorted. None for one that is not of its kind after all."""
    try:
        struct = msgspec.convert(document, struct_of(name), dec_hook=operator.call)
    except msgspec.ValidationError:
        return None
    return msgspec.json.encode(struct, enc_hook=_written, order="deterministic")


def without_empty_lists(document: Document) -> None:
    """Make null, in place, of an empty list that is written all the same: the binary form in which a server keeps objects has no other."""
    _null_lists(document)
    if isinstance(document.get("spec"), dict):
        _null_lists(document["spec"])


def _null_lists(fields: Document) -> None:
    for field, value in fields.items():
        if value.__class__ is list and not value:
            fields[field] = None


@functools.cache
def _empty(name: str) -> bytes:
    return msgspec.json.encode(struct_of(name)(), enc_hook=str)


def empty(name: str) -> Document:
    """What the server writes of a struct in which nothing was set. A fresh dict."""
    document: Document = msgspec.json.decode(_empty(name))
    return document
