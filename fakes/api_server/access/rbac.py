"""RBAC: what the Roles, ClusterRoles and bindings that a server holds let somebody do, in a real server's words.

Guarantees: each question is answered from what is stored at that moment. Aggregated roles have the rules of those that they select without
waiting for a controller. Assumes objects of the shape that their kinds have.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, NamedTuple

from fakes.api_server.access.attributes import Attributes
from fakes.api_server.messages import Identity
from fakes.api_server.tables.row import selector
from fakes.storage import Storage, Version
from informer.selectors import LabelSelector

Document = dict[str, Any]

_GROUP = "rbac.authorization.k8s.io"
_ROLES, _CLUSTER_ROLES = (_GROUP, "roles"), (_GROUP, "clusterroles")
_BINDINGS, _CLUSTER_BINDINGS = (_GROUP, "rolebindings"), (_GROUP, "clusterrolebindings")
MASTERS = "system:masters"


class Decision(NamedTuple):
    """Whether, and why, if there is anything to say."""

    allowed: bool
    reason: str = ""


class Grant(NamedTuple):
    """One rule that holds for somebody, and by which binding."""

    rule: Mapping[str, Any]
    source: str


def first_objects() -> list[Document]:
    """The roles and bindings for people that every cluster with RBAC starts with; those for its own components are left out."""
    objects: list[Document] = json.loads((files("fakes.api_server") / "data" / "roles.json").read_bytes())
    return objects


class RBAC:
    """Decides by the objects in `storage`."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def decide(self, who: Identity, wanted: Attributes) -> Decision:
        """Whether `who`, whose groups are complete, may do this."""
        if MASTERS in who.groups:
            return Decision(True)
        missing: list[str] = []
        for rule, source in self.grants(who, wanted.namespace, missing):
            if _allows(rule, wanted):
                return Decision(True, f"RBAC: allowed by {source}")
        return Decision(False, f"rbac: RBAC: {joined(missing)}" if missing else "")

    def grants(self, who: Identity, namespace: str, missing: list[str]) -> Iterator[Grant]:
        """The rules that hold for somebody in a namespace (empty: outside of all). Roles that do not exist are told to `missing`."""
        for version in self._storage.state(_CLUSTER_BINDINGS).versions:
            yield from self._grants_by("ClusterRoleBinding", version, who, missing)
        if namespace:
            for version in self._storage.state(_BINDINGS, prefix=f"{namespace}/").versions:
                yield from self._grants_by("RoleBinding", version, who, missing)

    def _grants_by(self, kind: str, version: Version, who: Identity, missing: list[str]) -> Iterator[Grant]:
        binding = version.document()
        own, reference = binding["metadata"], binding["roleRef"]
        namespace = own.get("namespace", "")
        subject = next((subject for subject in binding.get("subjects") or () if _is(subject, who, namespace)), None)
        if subject is None:
            return
        named = "/".join(part for part in (own["name"], namespace) if part)
        source = f'{kind} "{named}" of {reference["kind"]} "{reference["name"]}" to {_subject(subject, namespace)}'
        rules = self._rules(reference, namespace)
        if rules is None:
            missing.append(f'{reference["kind"].lower()}.{_GROUP} "{reference["name"]}" not found')
            return
        for rule in rules:
            yield Grant(rule, source)

    def _rules(self, reference: Mapping[str, Any], namespace: str) -> list[Document] | None:
        if reference["kind"] == "Role":
            version = self._storage.get(_ROLES, f"{namespace}/{reference['name']}")
            return None if version is None else version.document().get("rules") or []
        version = self._storage.get(_CLUSTER_ROLES, reference["name"])
        return None if version is None else list(self._aggregated(version, set()))

    def _aggregated(self, version: Version, seen: set[str]) -> Iterator[Document]:
        seen.add(version.key)
        document = version.document()
        yield from document.get("rules") or ()
        for chosen in (document.get("aggregationRule") or {}).get("clusterRoleSelectors") or ():
            wanted = LabelSelector.parse(selector(chosen, ""))
            for other in self._storage.state(_CLUSTER_ROLES).versions:
                if other.key not in seen and wanted.matches(other.labels):
                    yield from self._aggregated(other, seen)


def _is(subject: Mapping[str, Any], who: Identity, namespace: str) -> bool:
    match subject["kind"]:
        case "User":
            return bool(subject["name"] == who.name)
        case "Group":
            return subject["name"] in who.groups
        case "ServiceAccount":
            return who.name == f"system:serviceaccount:{subject.get('namespace') or namespace}:{subject['name']}"
    return False


def _subject(subject: Mapping[str, Any], namespace: str) -> str:
    name = subject["name"]
    if subject["kind"] == "ServiceAccount":
        name = f"{name}/{subject.get('namespace') or namespace}"
    return f'{subject["kind"]} "{name}"'


def _allows(rule: Mapping[str, Any], wanted: Attributes) -> bool:
    if not _has(rule, "verbs", wanted.verb):
        return False
    if wanted.path:
        return any(_covers(url, wanted.path) for url in rule.get("nonResourceURLs") or ())
    resources = rule.get("resources") or ()
    matches = "*" in resources or wanted.full_resource in resources or (wanted.subresource and f"*/{wanted.subresource}" in resources)
    names = rule.get("resourceNames") or ()
    return bool(matches) and _has(rule, "apiGroups", wanted.group) and (not names or wanted.name in names)


def _has(rule: Mapping[str, Any], field: str, value: str) -> bool:
    values = rule.get(field) or ()
    return value in values or "*" in values


def _covers(url: str, path: str) -> bool:
    return url == path or (url.endswith("*") and path.startswith(url.rstrip("*")))


def joined(texts: list[str]) -> str:
    """Several errors as Go tells them: each once."""
    distinct = list(dict.fromkeys(texts))
    return distinct[0] if len(distinct) == 1 else f"[{', '.join(distinct)}]"
