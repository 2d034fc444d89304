"""Finishing: whether an object that is being deleted may go."""

from __future__ import annotations

from typing import Any

from fakes.api_server.builtin import admission
from fakes.api_server.kinds import Kind

Document = dict[str, Any]


def is_finished(kind: Kind, document: Document) -> bool:
    """Whether a deletion that was waiting has nothing to wait for any more."""
    own = document["metadata"]
    if "deletionTimestamp" not in own or own.get("finalizers") or own.get("deletionGracePeriodSeconds"):
        return False
    return kind.storage_key != admission.NAMESPACES or not document.get("spec", {}).get("finalizers")
