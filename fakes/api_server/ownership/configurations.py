"""Configurations: the bodies of server-side apply, in YAML or in the JSON that it includes."""

from __future__ import annotations

from typing import Any

from fakes.api_server import errors
from fakes.api_server.messages import Request
from fakes.api_server.patching.strategic_merge import json_type
from fakes.api_server.wire import bodies, json_syntax, yaml_form
from fakes.api_server.wire.encoding import copied
from fakes.api_server.wire.json_syntax import Doubled

Document = dict[str, Any]

_IN_YAML = "error converting YAML to JSON: "


def read_configuration(request: Request, *, strictly: bool) -> tuple[Document, tuple[str, ...]]:
    """What the body says; and, if asked for, what is odd about its text: a key that is there twice. Raises 400 and 413."""
    bodies.check_size(request)
    document = _read(request.body)
    if document is None:
        document = {}
    if not isinstance(document, dict):
        why = f"cannot unmarshal {json_type(document)} into Go value of type map[string]interface {{}}"
        raise errors.bad_request(f"error decoding patch: error unmarshaling JSON: while decoding JSON: json: {why}")
    if not isinstance(document, Doubled):
        return document, ()
    return copied(dict(document)), yaml_form.lines(document.complaints) if strictly else ()


def _read(body: bytes) -> Any:
    try:
        document = json_syntax.read(body)
        # YAML is what counts here, which has lines to complain of
        return yaml_form.decode(body) if isinstance(document, Doubled) else document
    except ValueError:
        try:
            return yaml_form.decode(body)
        except ValueError as error:
            raise _unreadable(body, str(error)) from None


def _unreadable(body: bytes, complaint: str) -> errors.StatusError:
    if body.lstrip().startswith(b"{"):
        return errors.bad_request(f"error decoding patch: {_IN_YAML}{complaint}")
    # what does not look like JSON is made JSON first, by another reader
    return errors.bad_request(f"error encoding patch: {complaint}")


def refusal(repeated: tuple[str, ...]) -> errors.StatusError:
    """400 for a body whose text is odd."""
    lines = "\n  ".join(["yaml: unmarshal errors:", *repeated])
    return errors.bad_request(f"error strict decoding patch: {_IN_YAML}{lines}")
