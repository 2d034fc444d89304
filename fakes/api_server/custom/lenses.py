"""Lenses: stored custom resources as one version of their kind shows them today, for their definition may change under them.

What a lens makes of a stored state is remembered with it, so that a list looks through it once for each state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fakes.api_server.custom import structural
from fakes.api_server.objects import metadata
from fakes.api_server.wire.encoding import to_json
from fakes.storage import Version


class SchemaLens:
    """Custom resources as their definition has them today: without what it does not know, with the defaults that it has got.

    `stored` is the schema of the version in which they are kept, `own` that of the version that is asked for.
    """

    def __init__(self, stored: structural.Schema, own: structural.Schema) -> None:
        self._schemas: Sequence[structural.Schema] = (stored,) if stored is own else (stored, own)
        self.exact = self.up_to_date = stored is own

    def keep(self, document: dict[str, Any]) -> None:
        """What the version knows in which it is kept."""
        structural.prune(document, self._schemas[0])

    def __call__(self, version: Version) -> Version:
        document = version.document()
        for field in metadata.emptied(document["metadata"]):
            del document["metadata"][field]
        structural.prune(document, self._schemas[0])
        structural.fill_in(document, self._schemas[0])
        for schema in self._schemas[1:]:
            structural.prune(document, schema)
        raw = to_json(document, ordered=True)
        return version if raw == version.raw else Version(version.key, version.revision, raw)
