"""Decoding: an object is read as one of its kind; fields that nobody knows are dropped, warned of or refused."""

from __future__ import annotations

from typing import Any

from fakes.api_server.kinds import Kind
from fakes.api_server.options import WriteOptions
from fakes.api_server.shapes import shape_of
from fakes.api_server.typed import Undecodable

__all__ = ["Undecodable", "decode"]

Document = dict[str, Any]


def decode(kind: Kind, document: Document, options: WriteOptions) -> tuple[str, ...]:
    """Drop what nobody knows from `document`, in place, and give the warnings about it. Raises `Undecodable`."""
    unknown = [f'unknown field "{path}"' for path in shape_of(kind).prune(document)]
    if unknown and options.validation == "Strict":
        raise Undecodable(f"strict decoding error: {', '.join(unknown)}")
    return tuple(unknown) if options.validation == "Warn" else ()
