"""OpenAPI v2 in protobuf, as client-go asks for it: the messages of gnostic's `openapi.v2`, written without a library.

Guarantees: reads back as the JSON that it was made of. What a message has no field for is an extension, whose value is text that YAML
reads; here that text is JSON.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fakes.api_server.wire.encoding import to_json
from fakes.api_server.wire.varint import varint

MEDIA_TYPE = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

_Write = Callable[[int, Any], bytes]
_Fields = Mapping[str, tuple[int, _Write]]


def encode(document: Mapping[str, Any]) -> bytes:
    """The whole document; it has a swagger version, information, paths and definitions."""
    return _message(_DOCUMENT, document)


def _part(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def _text(number: int, value: str) -> bytes:
    return _part(number, value.encode())


def _texts(number: int, values: Iterable[str]) -> bytes:
    return b"".join(_text(number, value) for value in values)


def _flag(number: int, value: bool) -> bytes:
    return varint(number << 3) + varint(int(value)) if value else b""


def _whole(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value % 2**64) if value else b""


def _double(number: int, value: float) -> bytes:
    return varint(number << 3 | 1) + struct.pack("<d", value) if value else b""


def _any(number: int, value: Any) -> bytes:
    return _part(number, _text(2, to_json(value).decode()))


def _anys(number: int, values: Iterable[Any]) -> bytes:
    return b"".join(_any(number, value) for value in values)


def _named(number: int, name: str, content: bytes) -> bytes:
    return _part(number, _text(1, name) + _part(2, content))


def _message(fields: _Fields, value: Mapping[str, Any], extensions: int = 0) -> bytes:
    """The fields in the order of their numbers, then the extensions. Raises `KeyError` for a field that the message lacks."""
    known = sorted((*fields[name], name) for name in value if not name.startswith("x-"))
    parts = [write(number, value[name]) for number, write, name in known]
    others = (_named(extensions, name, _text(2, to_json(value[name]).decode())) for name in value if name.startswith("x-"))
    return b"".join([*parts, *others])


def _below(fields: _Fields, extensions: int = 0) -> _Write:
    return lambda number, value: _part(number, _message(fields, value, extensions))


def _schema(number: int, value: Mapping[str, Any]) -> bytes:
    return _part(number, _message(_SCHEMA, value, 31))


def _schemas(number: int, values: Mapping[str, Any]) -> bytes:
    return _part(number, b"".join(_part(1, _text(1, name) + _schema(2, schema)) for name, schema in values.items()))


def _additional(number: int, value: Any) -> bytes:
    # one of two fields, so that a no has to be written, too
    return _part(number, bytes([2 << 3, value]) if isinstance(value, bool) else _schema(1, value))


def _paths(number: int, paths: Mapping[str, Any]) -> bytes:
    return _part(number, b"".join(_named(2, path, _message(_PATH, methods)) for path, methods in paths.items()))


def _parameters(number: int, parameters: Iterable[Mapping[str, Any]]) -> bytes:
    """Each is one of the body or of the query, three messages deep."""
    written = (
        _part(1, _message(_BODY, parameter)) if parameter["in"] == "body" else _part(2, _part(3, _message(_QUERY, parameter)))
        for parameter in parameters
    )
    return b"".join(_part(number, _part(1, parameter)) for parameter in written)


def _responses(number: int, responses: Mapping[str, Any]) -> bytes:
    return _part(number, b"".join(_named(1, code, _part(1, _message(_RESPONSE, response))) for code, response in responses.items()))


_EXTERNAL: _Fields = {"description": (1, _text), "url": (2, _text)}
_SCHEMA: _Fields = {
    "$ref": (1, _text),
    "format": (2, _text),
    "title": (3, _text),
    "description": (4, _text),
    "default": (5, _any),
    "multipleOf": (6, _double),
    "maximum": (7, _double),
    "exclusiveMaximum": (8, _flag),
    "minimum": (9, _double),
    "exclusiveMinimum": (10, _flag),
    "maxLength": (11, _whole),
    "minLength": (12, _whole),
    "pattern": (13, _text),
    "maxItems": (14, _whole),
    "minItems": (15, _whole),
    "uniqueItems": (16, _flag),
    "maxProperties": (17, _whole),
    "minProperties": (18, _whole),
    "required": (19, _texts),
    "enum": (20, _anys),
    "additionalProperties": (21, _additional),
    "type": (22, lambda number, value: _part(number, _text(1, value))),
    "items": (23, lambda number, value: _part(number, _schema(1, value))),
    "properties": (25, _schemas),
    "externalDocs": (29, _below(_EXTERNAL)),
    "example": (30, _any),
}
_BODY: _Fields = {"name": (2, _text), "in": (3, _text), "required": (4, _flag), "schema": (5, _schema)}
_QUERY: _Fields = {"in": (2, _text), "name": (4, _text), "type": (6, _text)}
_RESPONSE: _Fields = {"description": (1, _text)}
_OPERATION = _below({"consumes": (7, _texts), "parameters": (8, _parameters), "responses": (9, _responses)}, 13)
_PATH: _Fields = {
    method: (number, _OPERATION) for number, method in enumerate(("get", "put", "post", "delete", "options", "head", "patch"), start=2)
}
_DOCUMENT: _Fields = {
    "swagger": (1, _text),
    "info": (2, _below({"title": (1, _text), "version": (2, _text)})),
    "paths": (8, _paths),
    "definitions": (9, _schemas),
}
