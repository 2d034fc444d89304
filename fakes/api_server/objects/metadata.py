"""The rules of an object's metadata: types, names, labels, and what a client may not change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from fakes.api_server import errors
from fakes.api_server.errors import Cause
from fakes.api_server.kinds import Kind
from fakes.api_server.objects.metadata_faults import faults, invalid, is_unqualified
from informer.runtime import Runtime

_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_GENERATED = 5
_BASE_LIMIT = 58
# as the server has them, whatever a client sends
_KEPT = (
    "uid",
    "creationTimestamp",
    "generation",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generateName",
    "namespace",
    "resourceVersion",
)


class _Shape(msgspec.Struct, rename="camel"):
    name: str | None = None
    generate_name: str | None = None
    namespace: str | None = None
    uid: str | None = None
    resource_version: str | None = None
    generation: int | None = None
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    deletion_grace_period_seconds: int | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    owner_references: list[dict[str, Any]] | None = None
    finalizers: list[str] | None = None


def known_fields() -> tuple[str, ...]:
    """The fields of a metadata that are kept."""
    return _Shape.__struct_encode_fields__


_COLLECTIONS = ("labels", "annotations", "ownerReferences", "finalizers")
_KNOWN = frozenset(known_fields())
_WRONG_TYPE = re.compile(r"Expected `([a-z]+)[^,]*, got `([a-z]+)`(?: - at `\$\.?([A-Za-z]*))?")
_GO_TYPES = {"int": "number", "float": "number", "str": "string"}


def kind_name(kind: Kind) -> str:
    """`Pod`, `Foo.example.com`: how validation messages name it."""
    resource = kind.resource
    # a server keeps the events of both groups as one kind, that of the core group
    return f"{resource.kind}.{resource.group}" if resource.group and resource.kind != "Event" else resource.kind


def clean(kind: Kind, document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with a metadata that has only known fields with something in them. Raises 400 for values of the wrong type."""
    metadata = document.get("metadata")
    metadata = {} if metadata is None else metadata
    try:
        msgspec.convert(metadata, _Shape)
    except msgspec.ValidationError as error:
        why = _complaint(str(error), custom=kind.custom)
        raise errors.undecodable(kind.resource.kind, kind.resource.version, why) from None
    if not all(metadata.values()) or not metadata.keys() <= _KNOWN:
        metadata = {field: value for field, value in metadata.items() if (value or _counts(field, value)) and field in _KNOWN}
    return {**document, "metadata": metadata}


def emptied(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say nothing and are there all the same. A server stores them with an applied custom resource; nobody sees them."""
    return {field: metadata[field] for field in _COLLECTIONS if metadata.get(field) in ({}, [])}


def _counts(field: str, value: Any) -> bool:
    """Whether a value says something although it is empty."""
    return field == "deletionGracePeriodSeconds" and value is not None


def _complaint(text: str, *, custom: bool) -> str:
    match = _WRONG_TYPE.match(text)
    if match is None:
        return f"json: {text}"
    wanted, got, field = (part or "" for part in match.groups())
    path = ".".join(part for part in ("ObjectMeta" if custom and field else "ObjectMeta.metadata", field) if part)
    return f"json: cannot unmarshal {_GO_TYPES.get(got, got)} into Go struct field {path} of type {_GO_TYPES.get(wanted, wanted)}"


def generate_name(base: str, runtime: Runtime) -> str:
    """`base`, shortened where it must be, and five characters by chance."""
    return base[:_BASE_LIMIT] + "".join(runtime.random.choice(_ALPHABET) for _ in range(_GENERATED))


def check(kind: Kind, document: Mapping[str, Any], more: Iterable[Cause] = (), *, changes: Iterable[Cause] = ()) -> None:
    """Raises 422 for a name, label, annotation or finalizer that breaks its rules, after what `changes` says, and before `more`."""
    if causes := [*changes, *faults(kind, document["metadata"]), *more]:
        raise errors.invalid(kind_name(kind), document["metadata"].get("name", ""), causes)


def warnings(document: Mapping[str, Any]) -> tuple[str, ...]:
    """What a real server warns of in the metadata."""
    if "finalizers" not in document["metadata"]:
        return ()
    return tuple(
        f'metadata.finalizers: "{finalizer}": prefer a domain-qualified finalizer name to avoid accidental conflicts with other'
        " finalizer writers"
        for finalizer in document["metadata"].get("finalizers", [])
        if is_unqualified(finalizer)
    )


_REPEATED_OWNERS = (
    ".metadata.ownerReferences contains duplicate entries{}; API server dedups owner references in 1.20+, and may reject such requests as"
    " early as 1.24; please fix your requests; duplicate UID(s) observed: {}"
)


def without_repeated_owners(document: Mapping[str, Any], *, patched: bool = False) -> tuple[str, ...]:
    """Take out, in place, owners that are there twice, and give the warning about them."""
    metadata = document.get("metadata")
    owners = metadata.get("ownerReferences") if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or not isinstance(owners, list):
        return ()
    kept = [owner for index, owner in enumerate(owners) if owner not in owners[:index]]
    if len(kept) == len(owners):
        return ()
    repeated = [str(owner.get("uid", "")) for index, owner in enumerate(owners) if owner in owners[:index]]
    metadata["ownerReferences"] = kept
    return (_REPEATED_OWNERS.format(" after mutating admission happens" if patched else "", ", ".join(repeated)),)


def change_faults(kind: Kind, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Cause]:
    """What is wrong with a change: of what cannot change, which is uid and deletion marks; and finalizers that come too late."""
    before, after = old["metadata"], new["metadata"]
    causes: list[Cause] = []
    if "deletionTimestamp" in before:
        added = [finalizer for finalizer in after.get("finalizers", []) if finalizer not in before.get("finalizers", [])]
        if added:
            found = ", ".join(f'"{finalizer}"' for finalizer in added)
            text = f"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{found}}}"
            causes.append(Cause("FieldValueForbidden", f"Forbidden: {text}", "metadata.finalizers"))
    if after.get("uid", before["uid"]) != before["uid"]:
        causes.append(invalid("metadata.uid", after["uid"], "field is immutable"))
    for field in ("deletionTimestamp", "deletionGracePeriodSeconds"):
        if field in after and field not in before:
            shown = f'"{after[field]}"' if isinstance(after[field], str) else str(after[field])
            causes.append(Cause("FieldValueInvalid", f"Invalid value: {shown}: field is immutable", f"metadata.{field}"))
    # custom resources are validated twice, and name every cause twice; the message does not repeat itself
    return causes * 2 if kind.custom else causes


def keep_server_fields(old: Mapping[str, Any], new: dict[str, Any]) -> None:
    """Undo, in `new`, what a client did to the fields that are the server's."""
    before, after = old["metadata"], new["metadata"]
    for field in _KEPT:
        if field in before:
            after[field] = before[field]
        elif field in after:
            del after[field]
