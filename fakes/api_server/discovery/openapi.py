"""OpenAPI v3: one document for each version of each group, with what kubectl and code generators read of it.

Guarantees: each kind has its schema, its paths with their verbs and kinds, and on its writes the fieldValidation parameter that kubectl
looks for before it creates or applies. Left out are most texts, parameters and answers of operations. Documents are kept for reuse.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fakes.api_server.builtin import schemas
from fakes.api_server.discovery import published
from fakes.api_server.kinds import Kind, Kinds
from fakes.api_server.messages import Request, Response
from fakes.api_server.wire import texts
from fakes.api_server.wire.encoding import to_json

_PREFIX = "/openapi/v3"
METHODS = {
    "get": "get",
    "list": "get",
    "create": "post",
    "update": "put",
    "patch": "patch",
    "delete": "delete",
    "deletecollection": "delete",
}
_ON_COLLECTION = ("list", "create", "deletecollection")
_ON_OBJECT = ("get", "update", "patch", "delete")
ACTIONS = {"create": "post", "update": "put"}
PATCH_TYPES = ("application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json")


def answer(kinds: Kinds, request: Request, path: str) -> Response | None:
    """The index at `/openapi/v3`, or the document of one version below it, and 404 in no words for any other path below; None elsewhere."""
    if path == _PREFIX:
        names = dict.fromkeys(_name(kind) for kind in kinds.all())
        paths = {name: {"serverRelativeURL": f"{_PREFIX}/{name}?hash={_document(_members(kinds, name))[1]}"} for name in sorted(names)}
        return Response(200, {"Content-Type": "text/plain; charset=utf-8"}, to_json({"paths": paths}))
    if not path.startswith(f"{_PREFIX}/"):
        return None
    members = _members(kinds, path.removeprefix(f"{_PREFIX}/"))
    if not members:
        return Response(404, {}, b"")
    body, digest = _document(members)
    headers = {"Etag": f'"{digest}"', "Vary": "Accept"}
    if request.parameter("hash") == digest:
        headers["Cache-Control"] = "public, immutable"
    if request.headers.get("if-none-match") == headers["Etag"]:
        return Response(304, headers, b"")
    return Response(200, {"Content-Type": "application/json", **headers}, body)


def _name(kind: Kind) -> str:
    return kind.resource.path().removeprefix("/").removesuffix(f"/{kind.resource.plural}")


def _members(kinds: Kinds, name: str) -> tuple[Kind, ...]:
    return tuple(kind for kind in kinds.all() if _name(kind) == name)


@functools.lru_cache(maxsize=64)
def _document(kinds: tuple[Kind, ...]) -> tuple[bytes, str]:
    """The bytes of the document for these kinds, and the hash that clients cache it by."""
    paths: dict[str, Any] = {}
    for kind in kinds:
        paths.update(_paths(kind))
    document = {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "1.37"},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": _components(kinds)},
    }
    body = to_json(document)
    return body, hashlib.sha512(body).hexdigest().upper()


def _paths(kind: Kind) -> dict[str, Any]:
    return {path: {METHODS[verb]: _operation(kind, gvk, verb) for verb in verbs} for path, gvk, verbs in operations(kind)}


def operations(kind: Kind) -> Iterator[tuple[str, dict[str, str], Sequence[str]]]:
    """The paths of a kind, each with the group, version and kind of what is there, and the verbs that it answers to."""
    resource = kind.resource
    gvk = {"group": resource.group, "kind": resource.kind, "version": resource.version}
    collection = resource.path("{namespace}")
    places = [
        (collection, gvk, _ON_COLLECTION, kind.verbs),
        (f"{collection}/{{name}}", gvk, _ON_OBJECT, kind.verbs),
    ]
    if resource.namespaced:
        places.append((resource.path(), gvk, ("list",), kind.verbs))
    for sub in kind.subresources.values():
        own = {"group": sub.group, "kind": sub.kind, "version": sub.version}
        places.append((f"{collection}/{{name}}/{sub.name}", own, ("create", *_ON_OBJECT), sub.verbs))
    for path, said, offered, verbs in places:
        if answered := [verb for verb in offered if verb in verbs]:
            yield path, said, answered


def _operation(kind: Kind, gvk: Mapping[str, str], verb: str) -> dict[str, Any]:
    operation: dict[str, Any] = {"x-kubernetes-action": ACTIONS.get(verb, verb), "x-kubernetes-group-version-kind": gvk}
    if verb in ("create", "update", "patch"):
        names = ("dryRun", "fieldManager", "fieldValidation", *(["force"] if verb == "patch" else []))
        operation["parameters"] = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names]
    if verb == "patch":
        types = PATCH_TYPES if kind.custom else (*PATCH_TYPES, "application/strategic-merge-patch+json")
        operation["requestBody"] = {"content": {media: {"schema": {"type": "object"}} for media in types}}
    operation["responses"] = {"200": {"description": "OK"}}
    return operation


def _components(kinds: Sequence[Kind]) -> dict[str, Any]:
    known = [schemas.name_of(kind.resource.group, kind.resource.version, kind.resource.kind) for kind in kinds if not kind.custom]
    custom = published.published((kind for kind in kinds if kind.custom), published.V3)
    found = schemas.closure([*filter(None, known), *([schemas.OBJECT_META, published.LIST_META] if custom else [])])
    return dict(sorted({**texts.described(found), **custom}.items()))
