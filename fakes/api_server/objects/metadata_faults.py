"""What is wrong with a metadata, in the server's words: names, labels, annotations, owners and finalizers."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fakes.api_server.errors import Cause
from fakes.api_server.kinds import Kind
from fakes.api_server.wire.json_syntax import quote
from informer.selectors import label_key_faults, label_value_faults

Metadata = Mapping[str, Any]

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_BAD_SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an"
    f" alphanumeric character (e.g. 'example.com', regex used for validation is '{_SUBDOMAIN}')"
)
_BAD_LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric"
    f" character (e.g. 'my-name',  or '123-abc', regex used for validation is '{_LABEL}')"
)
_LABEL_NAMED = ("namespaces", "services", "statefulsets.apps")
_LONGEST_LABEL, _LONGEST_SUBDOMAIN = 63, 253
_RBAC = "rbac.authorization.k8s.io"
_MOST_ANNOTATIONS = 256 * 1024
_STANDARD_FINALIZERS = ("foregroundDeletion", "orphan", "kubernetes")
_UNQUALIFIED_ALLOWED = ("apiextensions.k8s.io", "apiregistration.k8s.io")
_OWNER_FIELDS = ("apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion")

_is_label = re.compile(_LABEL).fullmatch
_is_subdomain = re.compile(_SUBDOMAIN).fullmatch
_key_faults = functools.lru_cache(1024)(label_key_faults)
_value_faults = functools.lru_cache(1024)(label_value_faults)


def name_faults(kind: Kind, name: str) -> Iterator[str]:
    """Of an object's name."""
    if kind.resource.group == _RBAC:
        if name in (".", ".."):
            yield f"may not be '{name}'"
        yield from (f"may not contain '{letter}'" for letter in "/%" if letter in name)
        return
    label = kind.resource.name in _LABEL_NAMED
    longest = _LONGEST_LABEL if label else _LONGEST_SUBDOMAIN
    if len(name) > longest:
        yield f"must be no more than {longest} characters"
    if label and not _is_label(name):
        yield "must not contain dots" if _is_subdomain(name) else _BAD_LABEL
    elif not label and not _is_subdomain(name):
        yield _BAD_SUBDOMAIN


def faults(kind: Kind, metadata: Metadata) -> Iterator[Cause]:
    """Of all of it."""
    yield from _faults_of_names(kind, metadata)
    if metadata.get("generation", 0) < 0:
        why = f"Invalid value: {metadata['generation']}: must be greater than or equal to 0"
        yield Cause("FieldValueInvalid", why, "metadata.generation")
    if "labels" in metadata:
        yield from label_faults(metadata["labels"], "metadata.labels")
    if "annotations" in metadata:
        yield from annotation_faults(metadata["annotations"], "metadata.annotations")
    if "ownerReferences" in metadata:
        yield from _owner_faults(metadata["ownerReferences"])
    if "finalizers" in metadata:
        yield from _finalizer_faults(kind, metadata["finalizers"])


def _faults_of_names(kind: Kind, metadata: Metadata) -> Iterator[Cause]:
    name, base = metadata.get("name", ""), metadata.get("generateName", "")
    if base:
        # what follows the dash makes up for it
        masked = f"{base[:-2]}a" if len(base) > 1 and base.endswith("-") else base
        for fault in name_faults(kind, masked):
            yield invalid("metadata.generateName", base, fault)
    if not name:
        yield Cause("FieldValueRequired", "Required value: name or generateName is required", "metadata.name")
    else:
        for fault in name_faults(kind, name):
            yield invalid("metadata.name", name, fault)


def label_faults(labels: Mapping[str, str], path: str) -> Iterator[Cause]:
    """Of labels, wherever they stand."""
    for key, value in labels.items():
        for fault in _key_faults(key):
            yield invalid(path, key, fault)
        for fault in _value_faults(value):
            yield invalid(path, value, fault)


def annotation_faults(annotations: Mapping[str, str], path: str) -> Iterator[Cause]:
    """Of annotations, wherever they stand."""
    for key in annotations:
        for fault in _key_faults(key.lower()):
            yield invalid(path, key, fault)
    if sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items()) > _MOST_ANNOTATIONS:
        yield Cause("FieldValueTooLong", f"Too long: may not be more than {_MOST_ANNOTATIONS} bytes", path)


def _owner_faults(owners: Sequence[Metadata]) -> Iterator[Cause]:
    controller = ""
    for index, owner in enumerate(owners):
        path = f"metadata.ownerReferences[{index}]"
        if owner.get("apiVersion", "").count("/") > 1:
            yield invalid(f"{path}.apiVersion", owner["apiVersion"], "must be <group>/<version> or <version>")
        for field in ("apiVersion", "kind", "name", "uid"):
            if not owner.get(field):
                yield Cause("FieldValueRequired", "Required value: must not be empty", f"{path}.{field}")
        if (owner.get("apiVersion"), owner.get("kind")) == ("v1", "Event"):
            why = f"Invalid value: {_owner_text(owner)}: /v1, Kind=Event is disallowed from being an owner"
            yield Cause("FieldValueInvalid", why, path)
        if owner.get("controller"):
            named = f"{owner.get('kind', '')}/{owner.get('name', '')}"
            if controller:
                shown = ",".join(map(_owner_text, owners))
                why = f'Only one reference can have Controller set to true. Found "true" in references for {controller} and {named}'
                yield Cause("FieldValueInvalid", f"Invalid value: [{shown}]: {why}", "metadata.ownerReferences")
            controller = controller or named


def _owner_text(owner: Metadata) -> str:
    ordered = {field: owner[field] for field in _OWNER_FIELDS if field in owner}
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))


def _finalizer_faults(kind: Kind, finalizers: Sequence[str]) -> Iterator[Cause]:
    for finalizer in finalizers:
        for fault in _key_faults(finalizer):
            yield invalid("metadata.finalizers", finalizer, fault)
    if {"orphan", "foregroundDeletion"} <= set(finalizers):
        shown = json.dumps(list(finalizers), separators=(",", ":"))
        why = f"Invalid value: {shown}: finalizer orphan and foregroundDeletion cannot be both set"
        yield Cause("FieldValueInvalid", why, "metadata.finalizers")
    if kind.custom or kind.resource.group in _UNQUALIFIED_ALLOWED:
        return
    for index, finalizer in enumerate(finalizers):
        if is_unqualified(finalizer):
            why = "name is neither a standard finalizer name nor is it fully qualified"
            yield invalid(f"metadata.finalizers[{index}]", finalizer, why)


def is_unqualified(finalizer: str) -> bool:
    """Whether it has no domain, and is not one of those that servers know."""
    return "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS


def invalid(field: str, value: str, fault: str) -> Cause:
    """A text and what is wrong with it."""
    return Cause("FieldValueInvalid", f"Invalid value: {quote(value)}: {fault}", field)
