"""Discovery: what a client asks before it knows anything, as a 1.37.2 server answers it.

Guarantees: answers follow the kinds at the moment of asking; equal kinds give equal bytes, so that clients may cache by ETag and hash.
The single health checks are not here: a client is told 404, as by a server that lacks them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fakes.api_server.discovery import openapi, openapi_v2
from fakes.api_server.errors import JSON_TYPES, StatusError, method_not_allowed, not_acceptable, not_routed, not_supported, unknown_resource
from fakes.api_server.kinds import Kind, Kinds, Subresource
from fakes.api_server.messages import Request, Response
from fakes.api_server.wire.encoding import pretty, to_json
from fakes.api_server.wire.negotiation import wants_pretty

VERSION: Mapping[str, str] = {
    "major": "1",
    "minor": "37",
    "emulationMajor": "1",
    "emulationMinor": "37",
    "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "36",
    "gitVersion": "v1.37.2",
    "gitCommit": "",
    "gitTreeState": "",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "go1.26.8",
    "compiler": "gc",
    "platform": "linux/amd64",
}

_JSON = {"application/json", "application/*", "*/*"}
_AGGREGATED = {"g=apidiscovery.k8s.io", "v=v2", "as=APIGroupDiscoveryList"}
_AGGREGATED_TYPE = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_HEALTH = {"/healthz", "/livez", "/readyz"}


def answer(kinds: Kinds, request: Request) -> Response | None:
    """The answer to a request for discovery, health, version or OpenAPI; None when it asks for something else, or for what is not there.

    Raises 404 for an unknown version of a built-in group, 405 for anything but GET where a server minds the method, 406 where Accept names
    no form of a server, and 501 where it names none that this one has.
    """
    if request.path == openapi_v2.PATH:
        return openapi_v2.answer(kinds, request)
    path = request.path.rstrip("/") or "/"
    response = _find(kinds, request, path)
    if response is not None and request.method != "GET" and _is_for_get_alone(kinds, path):
        raise method_not_allowed()
    return response


def _is_for_get_alone(kinds: Kinds, path: str) -> bool:
    """What a server's aggregator answers minds no method, what its routes have does."""
    first, *rest = path.strip("/").split("/")
    return first in ("version", "api") or (first == "apis" and len(rest) == 2 and kinds.group_built_in(rest[0]))


def _find(kinds: Kinds, request: Request, path: str) -> Response | None:
    if path in _HEALTH:
        return Response(200, {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}, b"ok")
    if path == "/version":
        return _json(VERSION, request, always_pretty=True)
    if path == "/":
        return _json({"paths": _paths(kinds)}, request, always_pretty=True)
    if path in ("/api", "/apis"):
        return _groups(kinds, request, path)
    if path.startswith("/openapi/v3"):
        return openapi.answer(kinds, request, path)
    document = _resources(kinds, path)
    return None if document is None else _json(document, request)


def _json(document: Mapping[str, Any], request: Request, *, always_pretty: bool = False) -> Response:
    forms = _forms(request)
    if not any(form[0] in _JSON and not _has_form(form) for form in forms):
        raise _refusal(forms)
    raw = to_json(document)
    body = pretty(raw) if always_pretty or wants_pretty(request) else raw + b"\n"
    return Response(200, {"Content-Type": "application/json"}, body)


def _refusal(forms: Sequence[Sequence[str]]) -> StatusError:
    if any(form[0] in _JSON for form in forms):
        return not_acceptable(JSON_TYPES)
    for form in forms:
        if form[0] in JSON_TYPES.split(", "):
            return not_supported(f"discovery in {form[0]}")
    return not_routed(JSON_TYPES)


def _forms(request: Request) -> list[list[str]]:
    """The alternatives that Accept names: each a media type and its parameters."""
    accept = request.headers.get("accept", "").strip() or "*/*"
    return [[part.strip() for part in alternative.split(";")] for alternative in accept.split(",")]


def _has_form(form: Sequence[str]) -> bool:
    return any(parameter.startswith("as=") for parameter in form)


def _groups(kinds: Kinds, request: Request, path: str) -> Response:
    core = path == "/api"
    wanted = [kind for kind in kinds.all() if (kind.resource.group == "") == core]
    if any(form[0] in _JSON and set(form) >= _AGGREGATED for form in _forms(request)):
        return _aggregated(wanted, request)
    if core:
        host = request.headers.get("host", "127.0.0.1")
        address = [{"clientCIDR": "0.0.0.0/0", "serverAddress": host}]
        return _json({"kind": "APIVersions", "versions": list(_versions(wanted, "")), "serverAddressByClientCIDRs": address}, request)
    groups = [_group(name, wanted) for name in dict.fromkeys(kind.resource.group for kind in wanted)]
    return _json({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}, request)


def _versions(kinds: Iterable[Kind], group: str) -> Sequence[str]:
    return tuple(dict.fromkeys(kind.resource.version for kind in kinds if kind.resource.group == group))


def _group(name: str, kinds: Iterable[Kind]) -> dict[str, Any]:
    versions = [{"groupVersion": f"{name}/{version}", "version": version} for version in _versions(kinds, name)]
    return {"name": name, "versions": versions, "preferredVersion": versions[0]}


def _aggregated(kinds: Sequence[Kind], request: Request) -> Response:
    items: list[dict[str, Any]] = []
    for group in dict.fromkeys(kind.resource.group for kind in kinds):
        versions = [
            {
                "version": version,
                "resources": [
                    _aggregated_resource(kind) for kind in kinds if kind.resource.group == group and kind.resource.version == version
                ],
                "freshness": "Current",
            }
            for version in _versions(kinds, group)
        ]
        items.append({"metadata": {"name": group} if group else {}, "versions": versions})
    document = {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items}
    body = to_json(document) + b"\n"
    tag = f'"{hashlib.sha512(body).hexdigest().upper()}"'
    headers = {"Cache-Control": "public", "Etag": tag, "Vary": "Accept"}
    if request.headers.get("if-none-match") == tag:
        return Response(304, headers, b"")
    return Response(200, {"Content-Type": _AGGREGATED_TYPE, **headers}, body)


def _aggregated_resource(kind: Kind) -> dict[str, Any]:
    resource = kind.resource
    own = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    subresources = [
        {"subresource": sub.name, "responseKind": _response_kind(kind, sub), "verbs": list(sub.verbs)} for sub in kind.subresources.values()
    ]
    return {
        "resource": resource.plural,
        "responseKind": own if kind.custom else {"group": "", "version": "", "kind": resource.kind},
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": kind.singular,
        "verbs": list(kind.verbs),
        **_names(kind),
        **({"subresources": subresources} if subresources else {}),
    }


def _response_kind(kind: Kind, sub: Subresource) -> dict[str, str]:
    own = (sub.group, sub.version) == (kind.resource.group, kind.resource.version)
    group, version = ("", "") if own and not kind.custom else (sub.group, sub.version)
    return {"group": group, "version": version, "kind": sub.kind}


def _names(kind: Kind) -> dict[str, list[str]]:
    named = {"shortNames": list(kind.short_names), "categories": list(kind.categories)}
    return {name: words for name, words in named.items() if words}


def _resources(kinds: Kinds, path: str) -> dict[str, Any] | None:
    """The document at `/api/V`, `/apis/G` or `/apis/G/V`."""
    match path.split("/")[1:]:
        case ["apis", group] if group and kinds.group_known(group):
            return {"kind": "APIGroup", "apiVersion": "v1", **_group(group, kinds.all())}
        case ["apis", group, version] if group and kinds.version_known(group, version):
            head = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": f"{group}/{version}"}
        case ["api", version] if kinds.version_known("", version):
            group, head = "", {"kind": "APIResourceList", "groupVersion": version}
        case ["api", _]:
            raise unknown_resource()
        case ["apis", group, _] if kinds.group_built_in(group):
            raise unknown_resource()
        case _:
            return None
    own = [kind for kind in kinds.all() if kind.resource.group == group and kind.resource.version == version]
    return {**head, "resources": [entry for kind in own for entry in _resource_entries(kind)]}


def _resource_entries(kind: Kind) -> Iterable[dict[str, Any]]:
    resource = kind.resource
    yield {
        "name": resource.plural,
        "singularName": kind.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(kind.verbs),
        **_names(kind),
        **({"storageVersionHash": kind.storage_version_hash} if kind.storage_version_hash else {}),
    }
    for sub in kind.subresources.values():
        foreign = (sub.group, sub.version) != (resource.group, resource.version)
        yield {
            "name": f"{resource.plural}/{sub.name}",
            "singularName": "",
            "namespaced": resource.namespaced,
            **({"group": sub.group, "version": sub.version} if foreign else {}),
            "kind": sub.kind,
            "verbs": list(sub.verbs),
        }


def _paths(kinds: Kinds) -> list[str]:
    paths = {"/api", "/apis", "/apis/", "/openapi/v2", "/openapi/v3", "/openapi/v3/", "/version", *_HEALTH}
    for kind in kinds.all():
        group, version = kind.resource.group, kind.resource.version
        paths |= {f"/apis/{group}", f"/apis/{group}/{version}"} if group else {f"/api/{version}"}
    return sorted(paths)
