"""Event rules: what may be said in an Event. The group `events.k8s.io` is stricter than the core group, and freezes what it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fakes.api_server.custom.structural_faults import invalid, required
from fakes.api_server.errors import Cause
from fakes.api_server.wire.encoding import same

Document = Mapping[str, Any]

_LONGEST = {"reportingInstance": 128, "action": 128, "reason": 128, "note": 1024}
_FROZEN = {
    "regarding": "involvedObject",
    "reason": "reason",
    "note": "message",
    "deprecatedSource": "source",
    "deprecatedFirstTimestamp": "firstTimestamp",
    "deprecatedLastTimestamp": "lastTimestamp",
    "deprecatedCount": "count",
    "type": "type",
    "eventTime": "eventTime",
    "action": "action",
    "related": "related",
    "reportingController": "reportingController",
    "reportingInstance": "reportingInstance",
}
"""By their names in `events.k8s.io`, in the order in which they are looked at: as messages call them."""
_UNSET = ("deprecatedFirstTimestamp", "deprecatedLastTimestamp", "deprecatedCount", "deprecatedSource")


def core_faults(event: Document) -> Iterator[Cause]:
    """Of the core group."""
    yield from _faults(event, "involvedObject", "reportingComponent", "message")


def faults(event: Document) -> Iterator[Cause]:
    """Of `events.k8s.io`."""
    yield from _faults(event, "regarding", "reportingController", "note")


def creation_faults(event: Document) -> Iterator[Cause]:
    """What else counts when one is created in `events.k8s.io`."""
    if not event.get("eventTime"):
        yield required("eventTime")
    yield from _series_faults(event)
    if event.get("type", "") not in ("Normal", "Warning"):
        yield invalid("type", "", f"has invalid value: {event.get('type', '')}")
    for field in _UNSET:
        if event.get(field):
            yield invalid(_FROZEN[field], "", "needs to be unset")


def change_faults(event: Document, old: Document) -> Iterator[Cause]:
    """What an update through `events.k8s.io` may not change."""
    if not same(event.get("series"), old.get("series")):
        yield from _series_faults(event)
    for field, name in _FROZEN.items():
        after, before = event.get(field), old.get(field)
        if not same(after, before):
            yield invalid(name, after, "field is immutable")


def _series_faults(event: Document) -> Iterator[Cause]:
    series = event.get("series")
    if series is not None:
        if series.get("count", 0) < 2:
            yield invalid("series.count", "", "should be at least 2")
        if not series.get("lastObservedTime"):
            yield required("series.lastObservedTime")


def _faults(event: Document, about: str, controller: str, text: str) -> Iterator[Cause]:
    namespace, theirs = event["metadata"].get("namespace", ""), (event.get(about) or {}).get("namespace", "")
    timed = bool(event.get("eventTime"))
    at_home = namespace in (("default", "kube-system") if timed else ("", "default"))
    if (not theirs and not at_home) or (theirs and not timed and theirs != namespace):
        yield invalid("involvedObject.namespace", theirs, "does not match event.namespace")
    if not timed:
        return
    for field in (controller, "reportingInstance", "action", "reason"):
        if not event.get(field):
            yield required(field)
    for field, most in _LONGEST.items():
        field = text if field == "note" else field
        if len(event.get(field) or "") > most:
            yield invalid("message" if field == text else field, "", f"can have at most {most} characters")
