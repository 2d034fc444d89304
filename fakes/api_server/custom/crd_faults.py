"""What is wrong with a CustomResourceDefinition, each fault worded as a real server words it and in its order.

Assumes: the spec has the shape of its schema, and its defaults. A server keeps what all versions share (schema, subresources, columns,
selectable fields) in one place, and names that place in its complaints: `spec.validation` instead of `spec.versions[0].schema`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fakes.api_server.custom import schema_faults
from fakes.api_server.errors import Cause
from fakes.api_server.kinds import Kind
from fakes.api_server.objects import metadata_faults
from informer.resource import Resource

_SUBDOMAIN = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_LABEL = "[a-z]([-a-z0-9]*[a-z0-9])?"
_BAD_SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an"
    f" alphanumeric character (e.g. 'example.com', regex used for validation is '{_SUBDOMAIN}')"
)
_BAD_LABEL = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an"
    f" alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '{_LABEL}')"
)


_DEFINITIONS = Kind(
    Resource("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", False),
    "customresourcedefinition",
    "CustomResourceDefinitionList",
)
_APPROVAL = "api-approved.kubernetes.io"
_NO_PRESERVING = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"
_STORED = (
    "missing from spec.versions; {0} was previously a storage version, and must remain in spec.versions until a storage migration ensures"
    " no data remains persisted in {0} and removes {0} from status.storedVersions"
)
_COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")
_SELECTABLE_TYPES = ("string", "boolean", "integer")
_NOT_SELECTABLE = "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed."


def on_create(metadata: Mapping[str, Any], spec: Mapping[str, Any], stored_versions: Sequence[str]) -> list[Cause]:
    """The faults of a new definition."""
    causes = [*_metadata_faults(metadata, spec), *_spec_faults(spec)]
    if not stored_versions:
        causes.append(_bad("status.storedVersions", None, "must have at least one stored version"))
    causes += _approval_faults(spec.get("group", ""), metadata.get("annotations") or {})
    if spec.get("preserveUnknownFields"):
        causes.append(_bad("spec.preserveUnknownFields", True, _NO_PRESERVING))
    return causes


def on_update(spec: Mapping[str, Any], before: Mapping[str, Any], stored_versions: Sequence[str]) -> list[Cause]:
    """The faults of a changed definition; `before` is the old spec, `stored_versions` what its status lists."""
    causes = _spec_faults(spec)
    values = (
        ("spec.scope", spec.get("scope"), before.get("scope")),
        ("spec.names.kind", spec["names"].get("kind"), before["names"].get("kind")),
        ("spec.group", spec.get("group"), before.get("group")),
        ("spec.names.plural", spec["names"].get("plural"), before["names"].get("plural")),
    )
    causes += [_bad(field, value, "field is immutable") for field, value, was in values if value != was]
    defined = {version.get("name") for version in spec.get("versions") or ()}
    gone = [(index, version) for index, version in enumerate(stored_versions) if version not in defined]
    return causes + [_bad(f"status.storedVersions[{index}]", version, _STORED.format(version)) for index, version in gone]


def _bad(field: str, value: Any, why: str) -> Cause:
    return Cause("FieldValueInvalid", f"Invalid value: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}: {why}", field)


def _required(field: str, why: str = "") -> Cause:
    return Cause("FieldValueRequired", f"Required value: {why}" if why else "Required value", field)


def _unsupported(field: str, value: str, accepted: Sequence[str]) -> Cause:
    choices = ", ".join(f'"{choice}"' for choice in accepted)
    return Cause("FieldValueNotSupported", f"Unsupported value: {json.dumps(value)}: supported values: {choices}", field)


def _choice(field: str, value: str, accepted: Sequence[str]) -> list[Cause]:
    if not value:
        return [_required(field)]
    return [] if value in accepted else [_unsupported(field, value, accepted)]


def _label_faults(value: str) -> str:
    faults = ["must be no more than 63 bytes"] if len(value) > 63 else []
    if not re.fullmatch(_LABEL, value):
        faults.append(_BAD_LABEL)
    return ",".join(faults)


def _metadata_faults(metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[Cause]:
    """Those of every metadata, and what is special about the name after what is wrong with any name."""
    found, name = list(metadata_faults.faults(_DEFINITIONS, metadata)), metadata.get("name", "")
    of_names = [cause for cause in found if cause.field in ("metadata.generateName", "metadata.name")]
    yield from of_names
    if name and name != f"{spec['names'].get('plural', '')}.{spec.get('group', '')}":
        yield _bad("metadata.name", name, 'must be spec.names.plural+"."+spec.group')
    yield from found[len(of_names) :]


def _spec_faults(spec: Mapping[str, Any]) -> list[Cause]:
    versions = spec.get("versions")
    return [
        *_group_faults(spec),
        *_version_faults(versions),
        *_name_faults(spec["names"]),
        *_shared_faults(versions or ()),
        *_choice("spec.conversion.strategy", spec["conversion"].get("strategy", ""), ("None", "Webhook")),
    ]


def _group_faults(spec: Mapping[str, Any]) -> Iterator[Cause]:
    group = spec.get("group", "")
    if not group:
        yield _required("spec.group")
    elif not re.fullmatch(_SUBDOMAIN, group):
        yield _bad("spec.group", group, _BAD_SUBDOMAIN)
    elif "." not in group:
        yield _bad("spec.group", group, "should be a domain with at least one dot")
    yield from _choice("spec.scope", spec.get("scope", ""), ("Cluster", "Namespaced"))


def _approval_faults(group: str, annotations: Mapping[str, str]) -> Iterator[Cause]:
    """Groups of the Kubernetes community ask for a link to their approval."""
    if not f".{group}".endswith((".k8s.io", ".kubernetes.io")):
        return
    annotation = annotations.get(_APPROVAL, "")
    field = f"metadata.annotations[{_APPROVAL}]"
    see = "see https://github.com/kubernetes/enhancements/pull/1111"
    if not annotation:
        yield _required(field, f'protected groups must have approval annotation "{_APPROVAL}", {see}')
    elif not annotation.startswith("unapproved") and not re.match(r"[A-Za-z][-+.A-Za-z0-9]*://[^/?#]", annotation):
        either = 'with either a URL or a reason starting with "unapproved"'
        yield _bad(field, annotation, f'protected groups must have approval annotation "{_APPROVAL}" {either}, {see}')


def _version_faults(versions: Sequence[Mapping[str, Any]] | None) -> Iterator[Cause]:
    for index, version in enumerate(versions or ()):
        if _schema(version) is None:
            yield _required(f"spec.versions[{index}].schema.openAPIV3Schema")
    for index, version in enumerate(versions or ()):
        if faults := _label_faults(version.get("name", "")):
            yield _bad(f"spec.versions[{index}].name", version.get("name", ""), faults)
        for part, _, check in _PARTS:
            if not _shared(part, versions or ()):
                yield from check(version, f"spec.versions[{index}].{part}")
    names = Counter(version.get("name", "") for version in versions or ())
    if any(count > 1 for count in names.values()):
        yield _bad("spec.versions", _as_kept(versions), "must contain unique version names")
    if sum(bool(version.get("storage")) for version in versions or ()) != 1:
        yield _bad("spec.versions", _as_kept(versions), "must have exactly one version marked as storage version")


def _shared_faults(versions: Sequence[Mapping[str, Any]]) -> Iterator[Cause]:
    if not versions:
        return
    if (name := versions[0].get("name", "")) and (faults := _label_faults(name)):
        yield _bad("spec.version", name, faults)
    for part, place, check in _PARTS:
        if _shared(part, versions):
            yield from check(versions[0], f"spec.{place}")


def _shared(part: str, versions: Sequence[Mapping[str, Any]]) -> bool:
    return all(version.get(part) == versions[0].get(part) for version in versions)


def _as_kept(versions: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]] | None:
    """The versions as the server prints them: in the form in which it keeps them, without what they share."""
    if versions is None:
        return None
    return [
        {
            "Name": version.get("name", ""),
            "Served": bool(version.get("served")),
            "Storage": bool(version.get("storage")),
            "Deprecated": bool(version.get("deprecated")),
            "DeprecationWarning": version.get("deprecationWarning"),
            **{part[0].upper() + part[1:]: None if _shared(part, versions) else version.get(part) for part, _, _ in _PARTS},
        }
        for version in versions
    ]


def _schema(version: Mapping[str, Any]) -> Mapping[str, Any] | None:
    schema: Mapping[str, Any] | None = (version.get("schema") or {}).get("openAPIV3Schema")
    return schema


def _root_schema_faults(version: Mapping[str, Any], path: str) -> Iterator[Cause]:
    schema = _schema(version)
    if schema is not None:
        yield from schema_faults.faults(schema, f"{path}.openAPIV3Schema")


def _scale_faults(version: Mapping[str, Any], path: str) -> Iterator[Cause]:
    scale = (version.get("subresources") or {}).get("scale")
    if scale is None:
        return
    for name, root in (("specReplicasPath", ".spec."), ("statusReplicasPath", ".status.")):
        value, field = scale.get(name, ""), f"{path}.scale.{name}"
        if not value:
            yield _required(field)
        elif not value.startswith("."):
            yield _bad(field, value, "must be a simple json path starting with .")
        elif not value.startswith(root):
            yield _bad(field, value, f"should be a json path under {root.rstrip('.')}")


def _column_faults(version: Mapping[str, Any], path: str) -> Iterator[Cause]:
    for index, column in enumerate(version.get("additionalPrinterColumns") or ()):
        choices = f"must be one of {','.join(_COLUMN_TYPES)}"
        if not column.get("name"):
            yield _required(f"{path}[{index}].name")
        if not column.get("type"):
            yield _required(f"{path}[{index}].type", choices)
        elif column["type"] not in _COLUMN_TYPES:
            yield _bad(f"{path}[{index}].type", column["type"], choices)
        if not column.get("jsonPath"):
            yield _required(f"{path}[{index}].JSONPath")
        elif not column["jsonPath"].startswith("."):
            yield _bad(f"{path}[{index}].JSONPath", column["jsonPath"], "must be a simple json path starting with .")


def _selectable_faults(version: Mapping[str, Any], path: str) -> Iterator[Cause]:
    for index, entry in enumerate(version.get("selectableFields") or ()):
        named, field = entry.get("jsonPath", ""), f"{path}[{index}].jsonPath"
        if not named:
            yield _required(field)
            continue
        schema = _schema(version)
        for step in named.removeprefix(".").split("."):
            schema = ((schema or {}).get("properties") or {}).get(step)
        if schema is None:
            yield _bad(field, named, "is an invalid path: does not refer to a valid field")
            continue
        if named.startswith(".metadata."):
            yield _bad(field, named, "must not point to fields in metadata")
        if schema.get("type") not in _SELECTABLE_TYPES:
            yield _bad(field, named, _NOT_SELECTABLE)


_PARTS: tuple[tuple[str, str, Callable[[Mapping[str, Any], str], Iterator[Cause]]], ...] = (
    ("schema", "validation", _root_schema_faults),
    ("subresources", "subresources", _scale_faults),
    ("additionalPrinterColumns", "additionalPrinterColumns", _column_faults),
    ("selectableFields", "selectableFields", _selectable_faults),
)


def _name_faults(names: Mapping[str, Any]) -> Iterator[Cause]:
    for field in ("plural", "singular", "kind", "listKind"):
        if not names.get(field):
            yield _required(f"spec.names.{field}")
    for field in ("plural", "singular"):
        if (value := names.get(field, "")) and (faults := _label_faults(value)):
            yield _bad(f"spec.names.{field}", value, faults)
    for field in ("kind", "listKind"):
        if (value := names.get(field, "")) and (faults := _label_faults(value.lower())):
            yield _bad(f"spec.names.{field}", value, f"may have mixed case, but should otherwise match: {faults}")
    yield from _word_faults(names, "shortNames")
    if names.get("kind") and names["kind"] == names.get("listKind"):
        yield _bad("spec.names.listKind", names["listKind"], "kind and listKind may not be the same")
    yield from _word_faults(names, "categories")


def _word_faults(names: Mapping[str, Any], field: str) -> Iterator[Cause]:
    for index, value in enumerate(names.get(field) or ()):
        if faults := _label_faults(value):
            yield _bad(f"spec.names.{field}[{index}]", value, faults)
