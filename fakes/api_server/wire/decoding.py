"""Decoding: an object is read as one of its kind; what nobody knows of it, or what it says twice, is dropped, warned of or refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fakes.api_server.builtin.shapes import shape_of
from fakes.api_server.builtin.typed import Undecodable
from fakes.api_server.kinds import Kind
from fakes.api_server.objects.metadata import without_repeated_owners
from fakes.api_server.options import WriteOptions
from fakes.api_server.wire import yaml_form
from fakes.api_server.wire.encoding import copied
from fakes.api_server.wire.json_syntax import Doubled

__all__ = ["Undecodable", "decode", "settle"]

Document = dict[str, Any]


def decode(kind: Kind, document: Document, options: WriteOptions, *, patched: bool = False, said: Sequence[str] = ()) -> tuple[str, ...]:
    """Drop what nobody knows from `document`, in place, and give the warnings about it. Raises `Undecodable`.

    `said` is what is complained of already.
    """
    warnings = settle(document, [*said, *shape_of(kind).prune(document)], options)
    if isinstance(document, Doubled):
        document.update(copied(dict(document)))
    repeated = without_repeated_owners(document, patched=patched)
    if not repeated:
        return warnings
    options.heard.extend(repeated)
    return (*warnings, *repeated)


def settle(document: Document, complaints: Sequence[str], options: WriteOptions) -> tuple[str, ...]:
    """What comes of complaints about a document that was read: warnings. Raises `Undecodable` where there may be none."""
    said = document.complaints if isinstance(document, Doubled) else ()
    if not said and not complaints:
        return ()
    if options.validation == "Strict" and (said or complaints):
        raise Undecodable(f"strict decoding error: {', '.join([*said, *complaints])}")
    warnings = (*yaml_form.lines(said), *complaints) if options.validation == "Warn" else ()
    options.heard.extend(warnings)
    return warnings
