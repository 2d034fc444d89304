"""Volumes: what a real server refuses in PersistentVolumes and in claims of them, and in changes of these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_UP
from typing import Any

from fakes.api_server.builtin import internals
from fakes.api_server.builtin.quantities import amount
from fakes.api_server.builtin.structs import EMBEDDED
from fakes.api_server.custom.structural_faults import invalid, required, unsupported
from fakes.api_server.errors import Cause
from fakes.api_server.wire.encoding import same

Document = Mapping[str, Any]

_, _VOLUME_SETTINGS = EMBEDDED["PersistentVolumeSpec"]
_FROZEN = "Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
_NOTHING = "must be greater than zero"


def claim_faults(document: Document) -> Iterator[Cause]:
    """Of a PersistentVolumeClaim."""
    yield from claim_spec_faults(document["spec"], "spec")


def claim_spec_faults(spec: Document, path: str) -> Iterator[Cause]:
    """Of a claim's spec, wherever it stands."""
    if not spec.get("accessModes"):
        yield required(f"{path}.accessModes", "at least 1 access mode is required")
    storage = _wanted(spec, "requests")
    if storage is None:
        yield required(f"{path}.resources[storage]")
    elif amount(storage) <= 0:
        yield invalid(f"{path}.resources[storage]", storage, _NOTHING)


def _wanted(spec: Document, part: str) -> str | None:
    amounts: Mapping[str, str] = (spec.get("resources") or {}).get(part) or {}
    return amounts.get("storage")


def claim_warnings(spec: Document, path: str) -> Iterator[str]:
    """What a server warns of in a claim's spec."""
    for part in ("requests", "limits"):
        storage = _wanted(spec, part)
        if storage is not None and amount(storage) % 1:
            yield f'{path}.resources.{part}[storage]: fractional byte value "{storage}" is invalid, must be an integer'


def claim_changes(document: Document, old: Document) -> Iterator[Cause]:
    """What an update of a claim may not change: nearly all that is said. A bound one may want more, and another class of attributes."""
    after, before = dict(document["spec"]), dict(old["spec"])
    wanted, wanted_before = _wanted(after, "requests"), _wanted(before, "requests")
    for once in ("volumeName", "storageClassName"):
        if once in after and once not in before:
            before[once] = after[once]
    if (document.get("status") or {}).get("phase") == "Bound":
        if wanted_before is not None and (after.get("resources") or {}).get("requests") is not None:
            after["resources"] = {**after["resources"], "requests": {**after["resources"]["requests"], "storage": wanted_before}}
        after["volumeAttributesClassName"] = before.get("volumeAttributesClassName")
    if not same(_set(after), _set(before)):
        yield Cause("FieldValueForbidden", f"{_FROZEN}\n{internals.difference(before, after, 'PersistentVolumeClaimSpec')}", "spec")
    held = ((old.get("status") or {}).get("capacity") or {}).get("storage", "0")
    if wanted is not None and wanted_before is not None and amount(wanted) < amount(wanted_before) and amount(wanted) <= amount(held):
        why = "Forbidden: field can not be less than status.capacity"
        yield Cause("FieldValueForbidden", why, "spec.resources.requests.storage")
    yield from _kept_mode(document, old)


def _set(spec: Document) -> Document:
    return {field: value for field, value in spec.items() if value is not None}


def _kept_mode(document: Document, old: Document) -> Iterator[Cause]:
    mode = document["spec"].get("volumeMode")
    if mode != old["spec"].get("volumeMode"):
        yield invalid("volumeMode", mode, "field is immutable")


def shown_claim(claim: Document) -> str:
    """A claim in a list, as the struct inside a server."""
    parts = {
        "Spec": (claim.get("spec") or {}, "PersistentVolumeClaimSpec"),
        "Status": (claim.get("status") or {}, "PersistentVolumeClaimStatus"),
    }
    return internals.shown(claim.get("metadata") or {}, parts)


def volume_faults(document: Document) -> Iterator[Cause]:
    """Of a PersistentVolume."""
    spec = document["spec"]
    capacity = spec.get("capacity") or {}
    if not spec.get("accessModes"):
        yield required("spec.accessModes")
    if not capacity:
        yield required("spec.capacity")
    if "storage" not in capacity or len(capacity) > 1:
        yield unsupported("spec.capacity", spec.get("capacity"), ["storage"])
    for name, value in capacity.items():
        if amount(value) < 0:
            whole = int(amount(value).to_integral_value(ROUND_UP))
            yield invalid(f"spec.capacity[{name}]", whole, "must be a valid resource quantity")
        if amount(value) <= 0:
            yield invalid(f"spec.capacity[{name}]", value, _NOTHING)
    if not set(spec).difference(_VOLUME_SETTINGS):
        yield required("spec", "must specify a volume type")


def volume_changes(document: Document, old: Document) -> Iterator[Cause]:
    """What an update of a volume may not change. Where it is is taken as it comes."""
    yield from _kept_mode(document, old)
