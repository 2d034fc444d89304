"""Last applied: the annotation in which kubectl notes what it applied on its own.

Who turns to server-side apply later has no conflicts with what is still as it says.
"""

from __future__ import annotations

from typing import Any

import msgspec

from fakes.api_server.ownership.comparison import compare, opinion
from fakes.api_server.ownership.conflicts import ApplyConflict
from fakes.api_server.ownership.field_sets import difference
from fakes.api_server.ownership.field_types import FieldType
from fakes.api_server.wire.encoding import from_json, to_json

Document = dict[str, Any]

KUBECTL = "kubectl"
ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration"


def forgive(conflict: ApplyConflict, live: Document, type: FieldType) -> None:
    """Return if every conflict is about a field that is still as the annotation says. Raises the others."""
    noted = _noted(live)
    if noted is None or noted.get("apiVersion") != live["apiVersion"]:
        raise conflict
    difference_to_live = compare(noted, live, type)
    owned = difference(difference(opinion(noted, type), difference_to_live.changed), difference_to_live.removed)
    rest = {manager: difference(fields, owned) for manager, fields in conflict.conflicts.items()}
    if any(rest.values()):
        raise ApplyConflict({manager: fields for manager, fields in rest.items() if fields})


def _noted(live: Document) -> Document | None:
    text = (live["metadata"].get("annotations") or {}).get(ANNOTATION)
    try:
        found = from_json(text.encode()) if text else None
    except msgspec.DecodeError:
        return None
    return found if isinstance(found, dict) else None


def kept_up(document: Document, config: Document) -> Document:
    """The document whose annotation, if it has one, says what was applied now."""
    own = document.get("metadata") or {}
    annotations = own.get("annotations") or {}
    if not annotations.get(ANNOTATION):
        return document
    text = to_json(_without_note(config), ordered=True).decode() + "\n"
    return {**document, "metadata": {**own, "annotations": {**annotations, ANNOTATION: text}}}


def _without_note(config: Document) -> Document:
    own = config.get("metadata") or {}
    if "annotations" not in own:
        return config
    rest = {name: value for name, value in own.items() if name != "annotations"}
    if own["annotations"] is not None:
        rest["annotations"] = {name: text for name, text in own["annotations"].items() if name != ANNOTATION}
    return {**config, "metadata": rest}
