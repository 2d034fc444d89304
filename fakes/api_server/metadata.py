"""The rules of an object's metadata: types, names, labels, and what a client may not change."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from fakes.api_server import errors
from fakes.api_server.errors import Cause
from fakes.api_server.kinds import Kind
from informer.runtime import Runtime
from informer.selectors import label_key_faults, label_value_faults

_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_GENERATED = 5
_BASE_LIMIT = 58
# kept as the server has them, whatever a client sends
_SERVER_OWNED = ("uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "generateName")

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_BAD_SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an"
    f" alphanumeric character (e.g. 'example.com', regex used for validation is '{_LABEL}(\\.{_LABEL})*')"
)
_BAD_LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric"
    f" character (e.g. 'my-name',  or '123-abc', regex used for validation is '{_LABEL}')"
)
_BAD_SERVICE = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an"
    " alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
)
# pattern, longest length in bytes, complaint
_SUBDOMAIN = (re.compile(rf"{_LABEL}(\.{_LABEL})*"), 253, _BAD_SUBDOMAIN)
_LABEL_NAMED = {
    ("", "namespaces"): (re.compile(_LABEL), 63, _BAD_LABEL),
    ("", "services"): (re.compile("[a-z]([-a-z0-9]*[a-z0-9])?"), 63, _BAD_SERVICE),
}
_RBAC = "rbac.authorization.k8s.io"


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


_KNOWN = frozenset(known_fields())
_key_faults = functools.lru_cache(1024)(label_key_faults)
_value_faults = functools.lru_cache(1024)(label_value_faults)
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
        resource = kind.resource
        start = f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}'
        raise errors.bad_request(f"{start}: {_complaint(str(error), custom=kind.custom)}") from None
    kept = {field: value for field, value in metadata.items() if (value or _counts(field, value)) and field in _KNOWN}
    return {**document, "metadata": kept}


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


def name_faults(kind: Kind, name: str) -> Iterator[str]:
    """What is wrong with an object's name, in the server's words."""
    if kind.resource.group == _RBAC:
        if name in (".", ".."):
            yield f"may not be '{name}'"
        yield from (f"may not contain '{letter}'" for letter in "/%" if letter in name)
        return
    pattern, limit, text = _LABEL_NAMED.get((kind.resource.group, kind.resource.plural), _SUBDOMAIN)
    if len(name.encode()) > limit:
        yield f"must be no more than {limit} bytes"
    if not pattern.fullmatch(name):
        yield text


def faults(kind: Kind, document: Mapping[str, Any]) -> list[Cause]:
    """What is wrong with name, labels, annotations and finalizers."""
    metadata = document["metadata"]
    name = metadata.get("name", "")
    causes: list[Cause] = []
    if not name:
        causes.append(Cause("FieldValueRequired", "Required value: name or generateName is required", "metadata.name"))
    else:
        causes += [_bad("metadata.name", name, fault) for fault in name_faults(kind, name)]
    for key, value in metadata.get("labels", {}).items():
        causes += [_bad("metadata.labels", key, fault) for fault in _key_faults(key)]
        causes += [_bad("metadata.labels", value, fault) for fault in _value_faults(value)]
    for key in metadata.get("annotations", {}):
        causes += [_bad("metadata.annotations", key, fault) for fault in _key_faults(key.lower())]
    for finalizer in metadata.get("finalizers", []):
        causes += [_bad("metadata.finalizers", finalizer, fault) for fault in _key_faults(finalizer)]
    return causes


def check(kind: Kind, document: Mapping[str, Any], more: Iterable[Cause] = ()) -> None:
    """Raises 422 for a name, label, annotation or finalizer that breaks its rules, and for what `more` says."""
    causes = [*faults(kind, document), *more]
    if causes:
        raise errors.invalid(kind_name(kind), document["metadata"].get("name", ""), causes)


def _bad(field: str, value: str, fault: str) -> Cause:
    return Cause("FieldValueInvalid", f'Invalid value: "{value}": {fault}', field)


_STANDARD_FINALIZERS = ("foregroundDeletion", "orphan", "kubernetes")


def warnings(document: Mapping[str, Any]) -> tuple[str, ...]:
    """What a real server warns of in the metadata."""
    return tuple(
        f'metadata.finalizers: "{finalizer}": prefer a domain-qualified finalizer name to avoid accidental conflicts with other'
        " finalizer writers"
        for finalizer in document["metadata"].get("finalizers", [])
        if "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS
    )


def check_change(kind: Kind, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Raises 422 for a change of what cannot change: uid, deletion marks; and for finalizers that come too late."""
    before, after = old["metadata"], new["metadata"]
    causes = []
    if after.get("uid", before["uid"]) != before["uid"]:
        causes.append(_bad("metadata.uid", after["uid"], "field is immutable"))
    for field in ("deletionTimestamp", "deletionGracePeriodSeconds"):
        if field in after and field not in before:
            shown = f'"{after[field]}"' if isinstance(after[field], str) else str(after[field])
            causes.append(Cause("FieldValueInvalid", f"Invalid value: {shown}: field is immutable", f"metadata.{field}"))
    if "deletionTimestamp" in before:
        added = [finalizer for finalizer in after.get("finalizers", []) if finalizer not in before.get("finalizers", [])]
        if added:
            found = ", ".join(f'"{finalizer}"' for finalizer in added)
            text = f"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{found}}}"
            causes.append(Cause("FieldValueForbidden", f"Forbidden: {text}", "metadata.finalizers"))
    if causes:
        # custom resources are validated twice, and name every cause twice; the message does not repeat itself
        raise errors.invalid(kind_name(kind), before["name"], causes * 2 if kind.custom else causes)


def keep_server_fields(old: Mapping[str, Any], new: dict[str, Any]) -> None:
    """Undo, in `new`, what a client did to the fields that are the server's."""
    before, after = old["metadata"], new["metadata"]
    for field in (*_SERVER_OWNED, "namespace", "resourceVersion"):
        if field in before:
            after[field] = before[field]
        else:
            after.pop(field, None)
