"""What is to be said of the text of a patch: keys that are there twice, and what no operation has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakes.api_server.wire.json_syntax import doubled_paths, pairs_of, quote

_FIELDS = ("op", "path", "from", "value")


def merge_complaints(patch: Any) -> Iterator[str]:
    """Of a merge patch, strategic or not."""
    return (f"duplicate field {quote(path)}" for path in doubled_paths(patch))


def json_patch_complaints(patch: Any) -> Iterator[str]:
    """Of a list of operations, in the order of its text."""
    for index, operation in enumerate(patch if isinstance(patch, list) else ()):
        seen: set[str] = set()
        for key, item in pairs_of(operation) if isinstance(operation, dict) else ():
            path = f"[{index}].{key}"
            if key not in _FIELDS:
                yield f"json patch unknown field {quote(path)}"
                continue
            if key in seen:
                yield f"json patch duplicate field {quote(path)}"
            seen.add(key)
            yield from (f"json patch duplicate field {quote(inner)}" for inner in doubled_paths(item, path))
