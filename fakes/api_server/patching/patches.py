"""Patches: JSON patch, merge patch and strategic merge patch, as the real server applies them.

Guarantees: neither the document nor the patch is changed, and nothing of them is shared with what is given back. Where the server's
libraries differ from the standards (negative indices, `replace` of a member that is not there), the server is followed. Assumes: JSON in
plain dicts and lists. Raises `StatusError` in the server's words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from fakes.api_server.errors import StatusError, bad_request, unprocessable
from fakes.api_server.patching.strategic_merge import go_text, json_type, strategic_merge_patch
from fakes.api_server.wire.encoding import copied

__all__ = ["go_text", "json_patch", "json_type", "merge_patch", "strategic_merge_patch"]

MAX_OPERATIONS = 10_000
_INDEX = re.compile(r"[+-]?[0-9]+", re.ASCII)
_TEXT_FIELDS = ("op", "path", "from")


def json_patch(document: Mapping[str, Any], patch: Any) -> Any:
    """Apply a list of operations, all or none.

    Raises 400 for what is no such list, 413 for more than 10,000 operations, 422 where one of them fails.
    """
    if patch is None:
        return copied(document)
    if not isinstance(patch, list):
        raise _undecodable(patch, "value of type []handlers.jsonPatchOp")
    for operation in patch:
        if not isinstance(operation, Mapping):
            raise _undecodable(operation, "value of type handlers.jsonPatchOp")
        for name in _TEXT_FIELDS:
            if not isinstance(operation.get(name), str | None):
                raise _undecodable(operation[name], f"struct field jsonPatchOp.{name} of type string")
    if len(patch) > MAX_OPERATIONS:
        limit = f"The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {len(patch)}"
        raise StatusError(413, "RequestEntityTooLarge", f"Request entity too large: {limit}")
    result = copied(document)
    for operation in patch:
        result = _operate(result, operation)
    return result


def _undecodable(value: Any, into: str) -> StatusError:
    return bad_request(f"error decoding patch: json: cannot unmarshal {json_type(value)} into Go {into}")


def _operate(document: Any, operation: Mapping[str, Any]) -> Any:
    value = copied(operation.get("value"))
    path = operation.get("path")
    if path is None:
        raise unprocessable()
    match operation.get("op"):
        case "add":
            _add(document, path, value)
        case "remove":
            _remove(document, path)
        case "replace" if path == "":
            if not isinstance(value, dict | list):
                raise unprocessable()
            return value
        case "replace":
            _replace(document, path, value)
        case "move":
            moved = _get(document, _source(operation))
            _remove(document, _source(operation))
            _add(document, path, moved)
        case "copy":
            _add(document, path, copied(_get(document, _source(operation))))
        case "test":
            if _exactly(document if path == "" else _get(document, path)) != _exactly(value):
                raise unprocessable()
        case _:
            raise unprocessable()
    return document


def _exactly(value: Any) -> str:
    """A text that is equal for equal JSON only: 1, 1.0 and true are three values."""
    return json.dumps(value, sort_keys=True)


def _source(operation: Mapping[str, Any]) -> str:
    path = operation.get("from")
    if path is None:
        raise unprocessable()
    return str(path)


def _locate(document: Any, path: str) -> tuple[Any, str]:
    """The object or list that holds what `path` names, and the last step. What stands before the first slash is ignored."""
    _, *steps = path.split("/")
    if not steps:
        raise unprocessable()
    *way, last = (step.replace("~1", "/").replace("~0", "~") for step in steps)
    for step in way:
        document = _member(document, step)
    if not isinstance(document, dict | list):
        raise unprocessable()
    return document, last


def _member(holder: Any, step: str) -> Any:
    """What is there; None for a member that an object does not have."""
    if isinstance(holder, dict):
        return holder.get(step)
    if isinstance(holder, list):
        return holder[_index(step, len(holder))]
    raise unprocessable()


def _index(step: str, length: int) -> int:
    """A position below `length`; negative ones count from the end."""
    if not _INDEX.fullmatch(step):
        raise unprocessable()
    index = int(step)
    if not -length <= index < length:
        raise unprocessable()
    return index % length


def _get(document: Any, path: str) -> Any:
    holder, step = _locate(document, path)
    return _member(holder, step)


def _add(document: Any, path: str, value: Any) -> None:
    holder, step = _locate(document, path)
    if isinstance(holder, dict):
        holder[step] = value
    else:
        holder.insert(len(holder) if step == "-" else _index(step, len(holder) + 1), value)


def _replace(document: Any, path: str, value: Any) -> None:
    holder, step = _locate(document, path)
    holder[step if isinstance(holder, dict) else _index(step, len(holder))] = value


def put(document: Any, way: Sequence[str], value: Any) -> Any:
    """Put a value, in place, where operations have left another one, and give what the document is then."""
    if not way:
        return value
    holder = document
    for step in way[:-1]:
        holder = _member(holder, step)
    holder[way[-1] if isinstance(holder, dict) else _index(way[-1], len(holder))] = value
    return document


def _remove(document: Any, path: str) -> None:
    holder, step = _locate(document, path)
    if isinstance(holder, list):
        del holder[_index(step, len(holder))]
    elif step in holder:
        del holder[step]
    else:
        raise unprocessable()


def merge_patch(document: Mapping[str, Any], patch: Any) -> dict[str, Any]:
    """Apply a JSON merge patch: null removes, objects merge, everything else replaces. Raises 400 for a patch that is no object."""
    if patch is None:
        raise bad_request("Invalid JSON Patch")
    if not isinstance(patch, Mapping):
        raise _undecodable(patch, "value of type map[string]interface {}")
    return _merged(copied(dict(document)), copied(dict(patch)))


def _merged(document: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    for name, value in patch.items():
        current = document.get(name)
        if value is None:
            document.pop(name, None)
        elif not isinstance(current, dict):
            document[name] = _without_nulls(value)
        else:
            document[name] = _merged(current, value) if isinstance(value, dict) else value
    return document


def _without_nulls(value: Any) -> Any:
    """Without the null members of objects, and those in the order of their names; nulls in lists stay."""
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in sorted(value.items()) if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value
