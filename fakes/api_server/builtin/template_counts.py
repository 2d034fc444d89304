"""Template count: how often the template of a daemon set has changed, a number that clients see as an annotation."""

from __future__ import annotations

import re
from typing import Any

from fakes.api_server.wire.json_syntax import quote
from fakes.api_server.wire.mending import Undecodable

TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"
_END = 2**63

Document = dict[str, Any]


def check_count(daemon_set: Document) -> None:
    """Raises `Undecodable` where the annotation is there, and is no number of 64 bits."""
    annotations = (daemon_set.get("metadata") or {}).get("annotations") or {}
    said = annotations.get(TEMPLATE_GENERATION)
    if said is None:
        return
    if not re.fullmatch("[-+]?[0-9]+", said):
        raise Undecodable(f"strconv.ParseInt: parsing {quote(said)}: invalid syntax")
    if not -_END <= _number(said) < _END:
        raise Undecodable(f"strconv.ParseInt: parsing {quote(said)}: value out of range")


def first_count(daemon_set: Document) -> str:
    """That of a new one: what it says, but at least 1."""
    return str(max(_count(daemon_set), 1))


def next_count(old: Document, *, changed: bool) -> str:
    """That of one whose template has changed, or has not."""
    return str(_count(old) + changed)


def _count(daemon_set: Document) -> int:
    return _number(daemon_set["metadata"]["annotations"][TEMPLATE_GENERATION])


def _number(digits: str) -> int:
    # Python reads no more than a few thousand digits; so many are out of range anyway
    return int(digits.lstrip("+-0")[:20] or "0") * (-1 if digits.startswith("-") else 1)
