"""Stateful sets: what a real server refuses in their templates of claims, and in changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fakes.api_server.builtin import volume_rules
from fakes.api_server.custom.structural_faults import invalid
from fakes.api_server.errors import Cause
from fakes.api_server.wire.encoding import same

Document = Mapping[str, Any]

_IMMUTABLE = "field is immutable"


def creation_faults(document: Document) -> Iterator[Cause]:
    """Of the claims of a new one; later they are what they were."""
    for path, spec in _claims(document):
        yield from volume_rules.claim_spec_faults(spec, f"{path}.spec")


def warnings(document: Document, old: Document | None) -> Iterator[str]:
    """What a server warns of in the claims. Of an update it names the fields as they are called inside."""
    for path, spec in _claims(document):
        yield from volume_rules.claim_warnings(spec, path if old is None else f"{path}.Spec")


def _claims(document: Document) -> Iterator[tuple[str, Document]]:
    for index, claim in enumerate(document["spec"].get("volumeClaimTemplates") or ()):
        yield f"spec.volumeClaimTemplates[{index}]", claim.get("spec") or {}


def changes(document: Document, old: Document) -> Iterator[Cause]:
    """What an update may not change."""
    after, before = document["spec"], old["spec"]
    if not same(after.get("selector"), before.get("selector")):
        yield invalid("spec.selector", after.get("selector"), _IMMUTABLE)
    claims = after.get("volumeClaimTemplates")
    if not same(claims, before.get("volumeClaimTemplates")):
        shown = f"[{','.join(map(volume_rules.shown_claim, claims))}]" if claims else "null"
        yield Cause("FieldValueInvalid", f"Invalid value: {shown}: {_IMMUTABLE}", "spec.volumeClaimTemplates")
    for field in ("serviceName", "podManagementPolicy"):
        if after.get(field, "") != before.get(field, ""):
            yield invalid(f"spec.{field}", after.get(field, ""), _IMMUTABLE)
