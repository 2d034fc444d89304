"""Generation: the number by which some kinds count the changes of what their objects want."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.api_server.builtin.typed import without_empty_lists
from fakes.api_server.kinds import Kind
from fakes.api_server.wire.encoding import same

Document = dict[str, Any]

_OF_METADATA: Mapping[tuple[str, str], str] = {("apps", "deployments"): "annotations", ("discovery.k8s.io", "endpointslices"): "labels"}
"""What counts of a metadata, of kinds of which anything does."""
_FROM_NONE = (("storage.k8s.io", "csidrivers"),)
"""Whose objects have none until they are changed."""
_NEVER_COUNTED = (("scheduling.k8s.io", "priorityclasses"),)


def count(kind: Kind, old: Document, new: Document) -> None:
    """Give `new`, in place, a generation of its own where it wants something else than `old`."""
    if kind.storage_key in _NEVER_COUNTED or not (kind.has_generation or kind.storage_key in _FROM_NONE):
        return
    if not same(_counted(kind, old), _counted(kind, new)):
        new["metadata"]["generation"] = old["metadata"].get("generation", 0) + 1


def _counted(kind: Kind, document: Document) -> Document:
    left_out = {"metadata", "status"} if not kind.custom or "status" in kind.subresources else {"metadata"}
    counted = {field: value for field, value in document.items() if field not in left_out}
    if kind.custom:
        return counted
    if isinstance(counted.get("spec"), dict):
        counted["spec"] = {**counted["spec"]}
    without_empty_lists(counted)
    if field := _OF_METADATA.get(kind.storage_key):
        counted[field] = document["metadata"].get(field)
    return counted
