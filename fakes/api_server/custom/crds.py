"""CustomResourceDefinitions: whether one makes sense, what becomes of it, and the kinds that it defines.

Guarantees: refusals are worded as a real server words them; nothing here changes what it is given. Assumes: the definition has the shape of
its own schema (objects, lists and texts where they belong). Conversion webhooks are refused, as nothing here could call them.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from fakes.api_server.custom import crd_faults
from fakes.api_server.custom.lenses import SchemaLens
from fakes.api_server.errors import Cause, invalid, not_supported
from fakes.api_server.kinds import NAME, NAMESPACE, Kind, SelectableField, Subresource, storage_version_hash, version_rank
from fakes.api_server.wire.encoding import same
from informer.resource import Resource

_SPEC_ORDER = ("group", "names", "scope", "versions", "conversion")
_NAMES_ORDER = ("plural", "singular", "shortNames", "kind", "listKind", "categories")
_VERBS = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")
_SUBRESOURCE_VERBS = ("get", "patch", "update")


class Told(NamedTuple):
    """What a condition says."""

    type: str
    status: str
    reason: str
    message: str

    def at(self, since: str) -> dict[str, str]:
        return {"type": self.type, "status": self.status, "lastTransitionTime": since, "reason": self.reason, "message": self.message}


_NAMES_ACCEPTED = Told("NamesAccepted", "True", "NoConflicts", "no conflicts found")
_INSTALLING = Told("Established", "False", "Installing", "the initial names have been accepted")
_ESTABLISHED = Told("Established", "True", "InitialNamesAccepted", "the initial names have been accepted")


def defaulted(crd: Mapping[str, Any]) -> dict[str, Any]:
    """A copy as the server stores it on creation: names and conversion filled in, and a status that says nothing yet."""
    result: dict[str, Any] = copy.deepcopy(dict(crd))
    spec = dict(result.get("spec") or {})
    names = dict(spec.get("names") or {})
    if kind := names.get("kind"):
        names = {**names, "singular": names.get("singular") or kind.lower(), "listKind": names.get("listKind") or f"{kind}List"}
    spec = {**spec, "names": _ordered(names, _NAMES_ORDER), "conversion": spec.get("conversion") or {"strategy": "None"}}
    stored = [version["name"] for version in spec.get("versions") or () if version.get("storage")]
    result["spec"] = _ordered(spec, _SPEC_ORDER)
    result["status"] = {"conditions": None, "acceptedNames": {"plural": "", "kind": ""}, "storedVersions": stored[:1]}
    return result


def _ordered(fields: Mapping[str, Any], order: Sequence[str]) -> dict[str, Any]:
    return {name: fields[name] for name in (*order, *fields) if name in fields}


def established(crd: Mapping[str, Any], now: str) -> dict[str, Any]:
    """A copy as it is when its names are accepted and its kinds served. `now` is a timestamp as the API writes it.

    What its status already says of stored versions and of the time of each condition is kept.
    """
    result = defaulted(crd)
    before = crd.get("status") or {}
    since = {
        condition["type"]: condition["lastTransitionTime"] for condition in before.get("conditions") or () if condition["status"] == "True"
    }
    told = [_NAMES_ACCEPTED, _ESTABLISHED]
    conditions = [condition.at(since.get(condition.type, now)) for condition in told]
    stored = [*(before.get("storedVersions") or ())]
    stored += [version for version in result["status"]["storedVersions"] if version not in stored]
    result["status"] = {"conditions": conditions, "acceptedNames": copy.deepcopy(result["spec"]["names"]), "storedVersions": stored}
    return result


def steps(crd: Mapping[str, Any], established: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The states in which a server stores one on its way to `established`: its names are accepted before its kinds are served."""
    before = {condition["type"]: condition["status"] for condition in (crd.get("status") or {}).get("conditions") or ()}
    if before.get("Established") != "True":
        first = copy.deepcopy(dict(established))
        names, served = first["status"]["conditions"]
        first["status"]["conditions"] = [names, _INSTALLING.at(served["lastTransitionTime"])]
        yield first
    if not same(crd, established):
        yield dict(established)


def tell(crd: dict[str, Any], told: Told, now: str) -> None:
    """Put a condition into the status, in place: where one of its type is, or else at the end."""
    status = crd.setdefault("status", {})
    conditions = [*(status.get("conditions") or [])]
    place = next((index for index, condition in enumerate(conditions) if condition["type"] == told.type), len(conditions))
    before = conditions[place] if place < len(conditions) else {}
    since = before["lastTransitionTime"] if before.get("status") == told.status else now
    status["conditions"] = [*conditions[:place], told.at(since), *conditions[place + 1 :]]


def kinds_of(crd: Mapping[str, Any]) -> tuple[Kind, ...]:
    """A kind for each version that it serves, in its own order. Assumes that `check` has nothing against it."""
    spec = defaulted(crd)["spec"]
    stored: Mapping[str, Any] = next((version for version in spec["versions"] if version.get("storage")), {})
    return tuple(_kind(spec, version, stored) for version in spec["versions"] if version.get("served"))


def _kind(spec: Mapping[str, Any], version: Mapping[str, Any], stored: Mapping[str, Any]) -> Kind:
    names, group = spec["names"], spec["group"]
    namespaced = spec["scope"] == "Namespaced"
    enabled = version.get("subresources") or {}
    subresources: dict[str, Subresource] = {}
    if enabled.get("status") is not None:
        subresources["status"] = Subresource("status", names["kind"], _SUBRESOURCE_VERBS, group, version["name"])
    if enabled.get("scale") is not None:
        subresources["scale"] = Subresource("scale", "Scale", _SUBRESOURCE_VERBS, "autoscaling", "v1")
    paths = [entry["jsonPath"].removeprefix(".") for entry in version.get("selectableFields") or ()]
    return Kind(
        resource=Resource(group, version["name"], names["plural"], names["kind"], namespaced),
        singular=names["singular"],
        list_kind=names["listKind"],
        short_names=tuple(names.get("shortNames") or ()),
        categories=tuple(names.get("categories") or ()),
        verbs=_VERBS,
        subresources=subresources,
        custom=True,
        has_generation=True,
        fields=tuple(SelectableField(path, (path,)) for path in (NAME, *([NAMESPACE] if namespaced else []), *paths)),
        field_refusal="field label not supported: {}",
        storage_version_hash=storage_version_hash(group, stored.get("name", ""), names["kind"]),
        definition=version,
        lens=_lens(stored, version),
        deprecation=_deprecation(spec, version),
    )


def _deprecation(spec: Mapping[str, Any], version: Mapping[str, Any]) -> str:
    """What a server warns of whoever asks for this version. It recommends the best one that is better and not deprecated."""
    if not version.get("deprecated"):
        return ""
    if (own := version.get("deprecationWarning")) is not None:
        return str(own)
    served = [other["name"] for other in spec["versions"] if other.get("served") and not other.get("deprecated")]
    better = sorted((version_rank(name), name) for name in served if version_rank(name) < version_rank(version["name"]))
    kind = spec["names"]["kind"]
    text = f"{spec['group']}/{version['name']} {kind} is deprecated"
    return f"{text}; use {spec['group']}/{better[0][1]} {kind}" if better else text


def _lens(stored: Mapping[str, Any], version: Mapping[str, Any]) -> SchemaLens | None:
    kept, own = ((found.get("schema") or {}).get("openAPIV3Schema") for found in (stored, version))
    return SchemaLens(kept, own) if kept and own else None


def check(crd: Mapping[str, Any]) -> None:
    """Raise the `StatusError` (422) that a real server answers to the creation of a definition that makes no sense.

    Raises 501 for one that needs a conversion webhook.
    """
    metadata = crd.get("metadata") or {}
    filled = defaulted(crd)
    _refuse(metadata.get("name", ""), crd_faults.on_create(metadata, filled["spec"], filled["status"]["storedVersions"]), filled["spec"])


def check_update(crd: Mapping[str, Any], old: Mapping[str, Any]) -> None:
    """As `check`, for a change of `old`: what the stored objects depend on must stay as it is."""
    spec = defaulted(crd)["spec"]
    stored = (old.get("status") or {}).get("storedVersions") or ()
    _refuse(old["metadata"]["name"], crd_faults.on_update(spec, defaulted(old)["spec"], stored), spec)


def _refuse(name: str, causes: Sequence[Cause], spec: Mapping[str, Any]) -> None:
    if causes:
        raise invalid("CustomResourceDefinition.apiextensions.k8s.io", name, causes)
    if spec["conversion"]["strategy"] == "Webhook":
        raise not_supported("conversion webhooks of custom resource definitions")
