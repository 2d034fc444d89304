"""Conversions: built-in kinds that are kept in the form of another group or version, where both are the same objects.

Events of `events.k8s.io` are those of the core group by other names. Autoscalers are kept as `autoscaling/v2`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakes.api_server.builtin import autoscalers

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Conversion:
    """How objects of a kind are kept: under which group and plural, as which kind, and how one form becomes the other."""

    storage_key: tuple[str, str]
    stored: tuple[str, str, str]
    """Group, version and kind."""
    to_stored: Callable[[Document], Document]
    from_stored: Callable[[Document], Document]
    internal: bool = False
    """Whether the form in which they are kept is also the one in which a write is settled, and of which tables and metadata tell."""


_EVENT_FIELDS = {
    "regarding": "involvedObject",
    "note": "message",
    "deprecatedSource": "source",
    "deprecatedFirstTimestamp": "firstTimestamp",
    "deprecatedLastTimestamp": "lastTimestamp",
    "deprecatedCount": "count",
    "reportingController": "reportingComponent",
}
_CORE_FIELDS = {old: new for new, old in _EVENT_FIELDS.items()}


def _renamed(document: Document, names: dict[str, str]) -> Document:
    return {names.get(field, field): value for field, value in document.items()}


_CONVERSIONS = {
    ("events.k8s.io", "v1", "events"): Conversion(
        ("", "events"),
        ("", "v1", "Event"),
        lambda document: _renamed(document, _EVENT_FIELDS),
        lambda document: _renamed(document, _CORE_FIELDS),
    ),
    ("autoscaling", "v1", "horizontalpodautoscalers"): Conversion(
        ("autoscaling", "horizontalpodautoscalers"),
        ("autoscaling", "v2", "HorizontalPodAutoscaler"),
        autoscalers.to_second,
        autoscalers.to_first,
        internal=True,
    ),
}


def conversion_of(group: str, version: str, plural: str) -> Conversion | None:
    """None for a kind that is kept as it is."""
    return _CONVERSIONS.get((group, version, plural))
