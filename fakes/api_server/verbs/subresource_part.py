"""Subresource part: what of an object a write to one of its subresources may change."""

from __future__ import annotations

from typing import Any

from fakes.api_server.kinds import Kind
from fakes.api_server.ownership.field_sets import MEMBER
from fakes.api_server.ownership.reset_fields import reset_fields

Document = dict[str, Any]


def subresource_part(kind: Kind, subresource: str, old: Document, sent: Document) -> Document:
    """What becomes of `old`. Of most built-in kinds the metadata can be changed by way of the status."""
    if subresource == "finalize":
        rest = {field: value for field, value in old.get("spec", {}).items() if field != "finalizers"}
        left = (sent.get("spec") or {}).get("finalizers")
        return {**old, "spec": {**rest, "finalizers": left} if left else rest}
    rest = {**{field: value for field, value in old.items() if field != "status"}, "metadata": _metadata_part(kind, subresource, old, sent)}
    return {**rest, "status": sent["status"]} if sent.get("status") is not None else rest


def _metadata_part(kind: Kind, subresource: str, old: Document, sent: Document) -> Document:
    before, after = old["metadata"], dict(sent["metadata"])
    kept = reset_fields(kind, subresource).get("f:metadata")
    if kept == MEMBER:
        return dict(before)
    for name in (field.removeprefix("f:") for field in kept or ()):
        if name in before:
            after[name] = before[name]
        else:
            after.pop(name, None)
    return after
