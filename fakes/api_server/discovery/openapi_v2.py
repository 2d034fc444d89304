"""OpenAPI v2: one document for all kinds, which older clients and code generators read.

Guarantees: the schemas are those of a real server, but for most texts. Left out are the paths of discovery and of old ways to watch, most
parameters and answers of operations. The newest documents are kept for reuse.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from typing import Any

from fakes.api_server.builtin import schemas
from fakes.api_server.discovery import openapi_binary, published
from fakes.api_server.discovery.openapi import ACTIONS, METHODS, PATCH_TYPES, operations
from fakes.api_server.kinds import Kind, Kinds
from fakes.api_server.messages import Request, Response
from fakes.api_server.wire import texts
from fakes.api_server.wire.encoding import from_json, to_json

PATH = "/openapi/v2"
_JSON = {"application/json", "application/*", "*/*"}
_BINARY = {openapi_binary.MEDIA_TYPE, openapi_binary.MEDIA_TYPE.replace("v2.v1.0", "v2@v1.0")}
_VARY = "Accept-Encoding, Accept"
_OPTIONS = ("dryRun", "fieldManager", "fieldValidation")


def answer(kinds: Kinds, request: Request) -> Response:
    """The document, whatever the method."""
    accepted = [part.partition(";")[0].strip() for part in request.headers.get("accept", "*/*").split(",")]
    wanted = next((form for form in accepted if form in _JSON or form in _BINARY), None)
    if wanted is None:
        return Response(406, {"Vary": _VARY}, b"")
    body, digest = _document(kinds.all())
    headers = {"Etag": f'"{digest}"', "Vary": _VARY}
    if request.headers.get("if-none-match") == headers["Etag"]:
        return Response(304, headers, b"")
    if wanted in _BINARY:
        return Response(200, {"Content-Type": openapi_binary.MEDIA_TYPE, **headers}, _binary(body))
    return Response(200, {"Content-Type": "application/json", **headers}, body)


@functools.lru_cache(maxsize=2)
def _binary(body: bytes) -> bytes:
    return openapi_binary.encode(from_json(body))


@functools.lru_cache(maxsize=4)
def _document(kinds: tuple[Kind, ...]) -> tuple[bytes, str]:
    """The bytes of the document for these kinds, and the hash that clients cache it by."""
    paths = {path: methods for kind in kinds for path, methods in _paths(kind).items()}
    custom = published.published((kind for kind in kinds if kind.custom), published.V2)
    document = {
        "swagger": "2.0",
        "info": {"title": "Kubernetes", "version": "1.37"},
        "paths": dict(sorted(paths.items())),
        "definitions": dict(sorted({**_built_in(), **custom}.items())),
    }
    body = to_json(document)
    return body, hashlib.sha512(body).hexdigest().upper()


@functools.cache
def _built_in() -> Mapping[str, Any]:
    return {name: _second(schema) for name, schema in texts.described(schemas.all_schemas()).items()}


def _second(schema: Any) -> Any:
    """A schema of the third version as the second has it: without defaults, and what may be a number or a text is a text."""
    if isinstance(schema, list):
        return [_second(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    kept = {name: value for name, value in schema.items() if name not in ("default", "oneOf", "allOf")}
    if name := schemas.reference(schema):
        return {**kept, "$ref": f"{published.V2.prefix}{name}"}
    if "properties" in kept:
        kept["properties"] = {name: _second(field) for name, field in kept["properties"].items()}
    for name in ("items", "additionalProperties"):
        if name in kept:
            kept[name] = _second(kept[name])
    return {**kept, "type": "string"} if "oneOf" in schema else kept


@functools.lru_cache(maxsize=1024)
def _paths(kind: Kind) -> Mapping[str, Any]:
    return {path: {METHODS[verb]: _operation(kind, gvk, verb) for verb in verbs} for path, gvk, verbs in operations(kind)}


def _operation(kind: Kind, gvk: Mapping[str, str], verb: str) -> dict[str, Any]:
    operation: dict[str, Any] = {"x-kubernetes-action": ACTIONS.get(verb, verb), "x-kubernetes-group-version-kind": gvk}
    if verb in ("create", "update", "patch"):
        names = (*_OPTIONS, *(["force"] if verb == "patch" else []))
        body = {"name": "body", "in": "body", "required": True, "schema": {"type": "object"}}
        operation["parameters"] = [body, *({"name": name, "in": "query", "type": "string"} for name in names)]
    if verb == "patch":
        operation["consumes"] = [*PATCH_TYPES, *([] if kind.custom else ["application/strategic-merge-patch+json"])]
    operation["responses"] = {"200": {"description": "OK"}}
    return operation
