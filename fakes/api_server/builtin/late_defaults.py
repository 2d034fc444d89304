"""Late defaults: what some built-in kinds are given on their way in is not in storage until their first update.

A real server fills an object in whenever it decodes one, from a client or from storage. What it takes away or makes after that, at a
creation, is stored as it is then: a claim without its phase, a job without the labels that it has from its template. Clients see the
defaults all the same, and the first update stores them, even one that changes nothing.
"""

from __future__ import annotations

from typing import Any

from fakes.api_server.builtin import schemas, typed
from fakes.api_server.builtin.defaults import DEFAULTS
from fakes.api_server.wire.escapes import escaped
from fakes.storage import Version
from informer.resource import Resource

_LATE = ("jobs.batch", "persistentvolumeclaims")


class LateDefaults:
    """Stored objects of one kind, filled in."""

    exact = False
    up_to_date = True

    def __init__(self, name: str, schema: str) -> None:
        self._fill_in = DEFAULTS[name]
        self._schema = schema

    def keep(self, document: dict[str, Any]) -> None:
        """All of it."""

    def __call__(self, version: Version) -> Version:
        document = version.document()
        self._fill_in(document)
        raw = typed.written(document, self._schema)
        assert raw is not None, "what is stored is of its kind"
        raw = escaped(raw)
        return version if raw == version.raw else Version(version.key, version.revision, raw)


def late_defaults_of(resource: Resource) -> LateDefaults | None:
    """The lens of a kind; None for those that are stored as they are seen."""
    schema = schemas.name_of(resource.group, resource.version, resource.kind) if resource.name in _LATE else None
    return None if schema is None else LateDefaults(resource.name, schema)
