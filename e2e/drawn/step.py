"""Step: one request of a sequence, as data.

A step names what it needs of the past by a number: the Nth version that the answers showed. So it can be played on two servers.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

JSON = "application/json"
YAML = "application/yaml"
PROTOBUF = "application/vnd.kubernetes.protobuf"
DEFINITIONS = "customresourcedefinitions"
DRAWN = "things"
"""The custom resources whose definition is drawn."""
GONE = "<gone>"
"""The value of an edit that takes something out."""

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Step:
    """One request. What it does not need is ignored.

    `verb` is one of an API server, `put`, or `compact`, or `settle`, which waits for what controllers do, or `pause`, which lets a second
    pass. `body` is laid over the object, two levels deep, and then `edits` put values at paths. `version` counts versions seen so far, from
    the newest back. `namespace` is the session's own, or one whose name begins with it, or `*` for all of them. `served` is the version of
    the API of a drawn resource.
    """

    verb: str
    resource: str
    name: str = "a"
    body: Any = None
    edits: tuple[tuple[Path, Any], ...] = ()
    type: str = JSON
    subresource: str = ""
    query: tuple[tuple[str, str], ...] = ()
    version: int | None = None
    accept: str = JSON
    namespace: str = ""
    served: str = "v1"

    def __repr__(self) -> str:
        """As Python that makes it anew."""
        told = [(field.name, getattr(self, field.name)) for field in fields(self) if getattr(self, field.name) != field.default]
        return f"Step({', '.join(f'{name}={value!r}' for name, value in told)})"
