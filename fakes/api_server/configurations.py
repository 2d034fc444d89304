"""Configurations: the bodies of server-side apply, in YAML or in the JSON that it includes."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from fakes.api_server import errors, negotiation, yaml_form
from fakes.api_server.encoding import from_json
from fakes.api_server.messages import Request
from fakes.api_server.strategic_merge import json_type

Document = dict[str, Any]


def read_configuration(request: Request, *, strictly: bool) -> tuple[Document, tuple[str, ...]]:
    """What the body says; and, if asked for, what is odd about its text: a key that is there twice. Raises 400 and 413."""
    negotiation.check_size(request)
    repeated: list[str] = []
    try:
        document = from_json(request.body)
        if strictly and _repeats(request.body):
            yaml_form.decode(request.body, repeated)
    except msgspec.DecodeError:
        try:
            document = yaml_form.decode(request.body, repeated)
        except ValueError as error:
            raise _unreadable(request.body, str(error)) from None
    if document is None:
        document = {}
    if not isinstance(document, dict):
        why = f"cannot unmarshal {json_type(document)} into Go value of type map[string]interface {{}}"
        raise errors.bad_request(f"error decoding patch: error unmarshaling JSON: while decoding JSON: json: {why}")
    return document, tuple(repeated) if strictly else ()


def _unreadable(body: bytes, complaint: str) -> errors.StatusError:
    if body.lstrip().startswith(b"{"):
        return errors.bad_request(f"error decoding patch: {complaint}")
    # what does not look like JSON is made JSON first, by another reader
    return errors.bad_request(f"error encoding patch: {complaint.removeprefix(yaml_form.COMPLAINT)}")


def _repeats(body: bytes) -> bool:
    """Whether an object in this JSON has a key twice."""
    found = False

    def note(pairs: list[tuple[str, Any]]) -> None:
        nonlocal found
        found = found or len({name for name, _ in pairs}) < len(pairs)

    json.loads(body, object_pairs_hook=note)
    return found


def refusal(repeated: tuple[str, ...]) -> errors.StatusError:
    """400 for a body whose text is odd."""
    lines = "\n  ".join(["yaml: unmarshal errors:", *repeated])
    return errors.bad_request(f"error strict decoding patch: {yaml_form.COMPLAINT}{lines}")
