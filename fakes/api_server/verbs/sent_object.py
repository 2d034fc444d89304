"""Sent object: what a client sends in a body, read as its kind, and held against the place in the path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.api_server import errors
from fakes.api_server.kinds import Kind
from fakes.api_server.options import WriteOptions
from fakes.api_server.requests import Call
from fakes.api_server.wire.decoding import Undecodable, decode

Document = dict[str, Any]


def decode_body(kind: Kind, document: Document, options: WriteOptions) -> tuple[str, ...]:
    """Bring `document` into the shape of its kind, in place; gives the warnings. Raises 400 for what it cannot be."""
    try:
        return decode(kind, document, options)
    except Undecodable as error:
        raise errors.undecodable(kind.resource.kind, kind.resource.version, str(error)) from None


def check_place(call: Call, own: dict[str, Any]) -> None:
    """Have the metadata say where the path says that it is. Raises 400 where it says otherwise."""
    if call.name and own.setdefault("name", call.name) != call.name:
        raise _name_mismatch(own["name"], call.name)
    if not call.kind.resource.namespaced:
        own.pop("namespace", None)
    if own.get("namespace", call.namespace) != call.namespace:
        raise errors.wrong_namespace()
    if call.namespace:
        own["namespace"] = call.namespace


def check_name(own: Mapping[str, Any], name: str) -> None:
    """Raises 400 where a metadata has another name than the URL, or none."""
    if not own.get("name"):
        raise errors.bad_request(f"the name of the object ({name} based on URL) was undeterminable: name must be provided")
    if own["name"] != name:
        raise _name_mismatch(own["name"], name)


def _name_mismatch(body: str, url: str) -> errors.StatusError:
    return errors.bad_request(f"the name of the object ({body}) does not match the name on the URL ({url})")
