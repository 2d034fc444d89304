"""OpenAPI v2 in protobuf: byte for byte what gnostic, with which a real server writes it, makes of the same JSON."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from fakes.api_server.discovery import openapi_binary

TEXT = {"type": "string"}
SMALL: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "T", "version": "1"},
    "paths": {
        "/a/{name}": {
            "patch": {
                "consumes": ["application/json-patch+json"],
                "parameters": [
                    {"name": "body", "in": "body", "required": True, "schema": {"type": "object"}},
                    {"name": "dryRun", "in": "query", **TEXT},
                ],
                "responses": {"200": {"description": "OK"}},
            },
            "get": {"responses": {"200": {"description": "OK"}}},
        }
    },
    "definitions": {
        "a.B": {
            "description": "d",
            "type": "object",
            "title": "t",
            "required": ["x", "y"],
            "properties": {
                "x": {"type": "array", "items": {"$ref": "#/definitions/a.C"}, "maxItems": 300, "minItems": 1, "uniqueItems": True},
                "y": {
                    "type": "integer",
                    "format": "int32",
                    "minimum": -1,
                    "maximum": 2.5,
                    "exclusiveMaximum": True,
                    "exclusiveMinimum": True,
                    "multipleOf": 2,
                },
                "z": {**TEXT, "pattern": "^a", "minLength": 1, "maxLength": 2},
                "f": {"type": "object", "additionalProperties": False},
                "t": {
                    "type": "object",
                    "additionalProperties": True,
                    "maxProperties": 3,
                    "minProperties": 1,
                    "externalDocs": {"description": "e", "url": "u"},
                },
            },
        },
        "a.C": {"type": "object", "additionalProperties": TEXT},
    },
}
GNOSTIC = (
    "CgMyLjASBgoBVBIBMUKUARKRAQoJL2Eve25hbWV9EoMBEhFKDwoNCgMyMDASBgoECgJPS0JuOhthcHBsaWNhdGlvbi9qc29uLXBhdGNoK2pzb25CHwodChsS"
    "BGJvZHkaBGJvZHkgASoLsgEICgZvYmplY3RCHQobEhkaFxIFcXVlcnkiBmRyeVJ1bjIGc3RyaW5nSg8KDQoDMjAwEgYKBAoCT0tKjQIK5gEKA2EuQhLeARoB"
    "dCIBZJoBAXiaAQF5sgEICgZvYmplY3TKAcEBCi8KAXgSKnCsAngBgAEBsgEHCgVhcnJheboBFQoTChEjL2RlZmluaXRpb25zL2EuQwo3CgF5EjISBWludDMy"
    "MQAAAAAAAABAOQAAAAAAAARAQAFJAAAAAAAA8L9QAbIBCQoHaW50ZWdlcgoYCgF6EhNYAmABagJeYbIBCAoGc3RyaW5nChUKAWYSEKoBAhAAsgEICgZvYmpl"
    "Y3QKJAoBdBIfiAEDkAEBqgECEAGyAQgKBm9iamVjdOoBBgoBZRIBdQoiCgNhLkMSG6oBDQoLsgEICgZzdHJpbmeyAQgKBm9iamVjdA=="
)


def test_a_document_is_written_as_gnostic_writes_it() -> None:
    assert openapi_binary.encode(SMALL) == base64.b64decode(GNOSTIC)


def test_extensions_enums_and_examples_are_texts_that_yaml_reads() -> None:
    schema = {"x-kubernetes-list-map-keys": ["a"], "enum": ["b", 1], "example": {"c": None}}
    written = openapi_binary.encode({"definitions": {"X": schema}})
    for text in (b'\x0a\x1ax-kubernetes-list-map-keys\x12\x07\x12\x05["a"]', b'\x12\x03"b"', b"\x12\x011", b'\x12\x0a{"c":null}'):
        assert text in written


def test_a_field_that_no_message_has_fails_aloud() -> None:
    with pytest.raises(KeyError, match="nullable"):
        openapi_binary.encode({"definitions": {"X": {"nullable": True}}})
