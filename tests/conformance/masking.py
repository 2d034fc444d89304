"""Masking: exchanges as JSON without what differs from run to run, so that two servers' answers can be compared.

Uids and ports of nodes are numbered by first appearance, times are `TIME`, and a version is `vN` where it lies at or after the Nth write
that the script saw. So a list's version counts as the newest write that it may show, however many writes of others lie between.
Descriptions, which are the API's documentation, are `TEXT`, but for those of the suite.
"""

from __future__ import annotations

import base64
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from urllib.parse import unquote

from fakes.api_server.wire import protobuf
from tests.conformance.definitions import DESCRIPTION
from tests.conformance.session import GROUP, Exchange

HEADERS = ("content-type", "content-encoding", "retry-after", "warning", "allow", "vary", "x-content-type-options")
_FROM_ALL = ("audit-id", "cache-control", "date", "x-kubernetes-pf-flowschema-uid", "x-kubernetes-pf-prioritylevel-uid")
"""What every answer has."""
_USUAL = {"content-type": "application/json"}
_UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
_AGE = re.compile(r"(?:\d+[smhd]){1,2}|<invalid>")
_IN_TEXT = [
    re.compile(r"(?<=current: )(\d+)"),
    re.compile(r"(?<=too old resource version: )(\d+)"),
    re.compile(r"(?<=ResourceVersion in the precondition \()(\d+)"),
    re.compile(r"(?<=ResourceVersion in record \()(\d+)"),
    re.compile(r"(?<=ResourceVersion in precondition: )(\d+)"),
    re.compile(r"(?<=ResourceVersion in object meta: )(\d+)"),
    re.compile(r"(?<=resourceVersion=)(\d+)"),
    re.compile(r"(?<=resourceVersion:)(\d+)"),
    re.compile(r"(?<=resourceVersion: \")(\d+)"),
    re.compile(r"(?<=resourceVersion\\\":\\\")(\d+)"),
    re.compile(r"(?<=resourceVersion\":\")(\d+)"),
    re.compile(r'(?<="resourceVersion":")(\d+)'),
    re.compile(r'(?<="resourceVersion": ")(\d+)'),
]
_KEY = re.compile(r"\[(?!\d+\]).*")
_FLOOR = re.compile(r"(too old resource version: \S+) \(\d+\)")
_TOKEN = re.compile(r"(?<=continue=)[\w%-]+")
_POINTERS = ("deletionGracePeriodSeconds", "remainingItemCount")
"""Of a metadata: what may be zero and still says something."""
_PORTS = ("nodePort", "healthCheckNodePort")
"""Which a server chooses by chance."""
_OF_CUSTOM_RESOURCES = "." + GROUP.partition(".")[2]
"""How the groups of definitions end, those of the suite and those of random sequences."""
_LITERAL_BELOW, _LITERAL_FROM = 2, 10**8


def masked(
    exchanges: Sequence[Exchange], hidden: Mapping[str, str], *, managed: bool, verbatim: bool = False, headers: bool = False
) -> list[dict[str, Any]]:
    """The exchanges for comparison. `hidden` maps what else is to be replaced, wherever it stands; the rest is as in `Script`."""
    parsed = [_parse(exchange) for exchange in exchanges]
    versions = sorted({version for content in parsed for version in _writes(content)})
    masker = _Masker(versions, hidden, managed, verbatim, (*_FROM_ALL, *HEADERS) if headers else HEADERS)
    return [masker.exchange(exchange, content) for exchange, content in zip(exchanges, parsed, strict=True)]


def _parse(exchange: Exchange) -> Any:
    if exchange.events is not None:
        return [json.loads(line) for line in exchange.events]
    if exchange.body.startswith(protobuf.MAGIC):
        return {"protobuf": _said(protobuf.decode(exchange.body, "", ""))}
    try:
        return json.loads(exchange.body)
    except ValueError:
        return exchange.body.decode("utf-8", "backslashreplace")


def _said(value: Any) -> Any:
    """A binary object whose Status and metadata are without the fields that say nothing: whether those are sent is up to the encoder.

    Elsewhere a field that is zero is not one that is missing.
    """
    if isinstance(value, list):
        return [_said(item) for item in value]
    if not isinstance(value, dict):
        return value
    silent = {key: _without_silence(item) if key in ("metadata", "details") else _said(item) for key, item in value.items()}
    return _without_silence(silent) if value.get("kind") == "Status" else {key: item for key, item in silent.items() if item != {}}


def _without_silence(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if key in _POINTERS or item not in ("", 0, None, {})}


def _writes(content: Any) -> Iterator[int]:
    """The versions of the objects in an answer; a list's, a table's or a bookmark's own is not that of a write."""
    if isinstance(content, list):
        for event in content:
            if isinstance(event, dict) and event.get("type") != "BOOKMARK":
                yield from _writes(event.get("object"))
    elif isinstance(content, dict) and "protobuf" in content:
        yield from _writes(content["protobuf"])
    elif isinstance(content, dict):
        own = content.get("metadata")
        inner = [*(content.get("items") or []), *(row.get("object") for row in content.get("rows") or [])]
        # an empty list may lack its items, where it came in a form that leaves out what says nothing
        if "items" in content or "rows" in content or str(content.get("kind", "")).endswith("List"):
            for item in inner:
                yield from _writes(item)
        elif isinstance(own, dict) and str(own.get("resourceVersion", "")).isdigit():
            yield int(own["resourceVersion"])


class _Masker:
    def __init__(self, versions: list[int], hidden: Mapping[str, str], managed: bool, verbatim: bool, headers: tuple[str, ...]) -> None:
        self._versions = versions
        self._hidden = sorted(hidden.items(), key=lambda item: -len(item[0]))
        self._managed = managed
        self._verbatim = verbatim
        self._headers = headers
        self._uids: dict[str, str] = {}
        self._ports: dict[int, str] = {}

    def exchange(self, exchange: Exchange, content: Any) -> dict[str, Any]:
        token = _TOKEN.search(exchange.request)
        request = exchange.request if token is None else exchange.request.replace(token[0], self._token(unquote(token[0])))
        headers = {name: self._text(exchange.headers[name]) for name in self._headers if name in exchange.headers}
        told = {name: value for name, value in headers.items() if value != _USUAL.get(name)}
        shown: dict[str, Any] = {"request": self._text(request), "code": exchange.status}
        if told:
            shown["headers"] = told
        if exchange.events is None:
            shown["body"] = self._text(exchange.body.decode()) if self._verbatim else self._value(content)
        else:
            shown["events"] = _without_repeated_bookmarks([self._value(event) for event in content])
            shown["ended"] = exchange.ended
        return shown

    def _value(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            kept = {self._text(name): self._value(item, name) for name, item in value.items() if self._managed or name != "managedFields"}
            return _with_sorted_causes(kept)
        if isinstance(value, list):
            items = [self._value(item, key) for item in value]
            return sorted(items, key=_manager) if key == "managedFields" else items
        if key in _PORTS and isinstance(value, int):
            return self._ports.setdefault(value, f"port{len(self._ports) + 1}")
        if not isinstance(value, str):
            return value
        if key == "resourceVersion" and value.isdigit():
            return self._version(value)
        if key == "continue" and value:
            return self._token(value)
        if key == "cells" and _AGE.fullmatch(value):
            return "AGE"
        if key == "description" and not value.startswith(DESCRIPTION):
            return "TEXT"
        return self._text(value)

    def _version(self, text: str) -> str:
        number = int(text)
        if number < _LITERAL_BELOW or number >= _LITERAL_FROM:
            return text
        return f"v{bisect_right(self._versions, number)}"

    def _token(self, token: str) -> str:
        """A continue token, readable. Whether its key has a leading slash depends on what served the page: both forms are in use."""
        try:
            decoded = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
            start = decoded["start"].lstrip("/")
            return self._text(f"{decoded['v']} {self._version(str(decoded['rv']))} {start}")
        except (ValueError, KeyError, TypeError, AttributeError):
            return token

    def _text(self, text: str) -> str:
        for value, label in self._hidden:
            text = text.replace(value, label)
        text = _UID.sub(lambda found: self._uids.setdefault(found[0], f"uid{len(self._uids) + 1}"), text)
        text = _DATE.sub("DATE", _TIME.sub("TIME", text))
        for pattern in _IN_TEXT:
            text = pattern.sub(lambda found: self._version(found[0]), text)
        return _FLOOR.sub(r"\1 (FLOOR)", text)


def _manager(entry: Any) -> tuple[str, ...]:
    """By what managers are sorted: a server sorts them by the second of their last change, which is chance."""
    return tuple(str(entry.get(part)) for part in ("operation", "manager", "apiVersion", "subresource"))


def _with_sorted_causes(status: dict[str, Any]) -> dict[str, Any]:
    """Without the chance in the order of errors: a server reports those of a custom resource, those of one map, and conflicts with several
    managers, in random order.
    """
    details = status.get("details")
    causes = details.get("causes") if isinstance(details, dict) else None
    if not isinstance(details, dict) or not isinstance(causes, list):
        return status
    custom = str(details.get("group")).endswith(_OF_CUSTOM_RESOURCES)
    any_order = custom or all(cause.get("reason") == "FieldManagerConflict" for cause in causes)
    place = (lambda cause: "") if any_order else _map_of
    ordered = [each for _, together in groupby(causes, place) for each in sorted(together, key=_text_of)]
    listed, sorted_ = (f"[{', '.join(map(_text_of, each))}]" for each in (causes, ordered))
    message = str(status.get("message")).replace(listed, sorted_)
    return {**status, "message": message, "details": {**details, "causes": ordered}}


def _text_of(cause: dict[str, Any]) -> str:
    return f"{cause.get('field')}: {cause.get('message')}"


def _map_of(cause: dict[str, Any]) -> str:
    """The field, without the key of a map; a list's index stays."""
    return _KEY.sub("", str(cause.get("field")))


def _without_repeated_bookmarks(events: list[Any]) -> list[Any]:
    """Servers may send the same bookmark again; then without a word about initial events."""
    kept: list[Any] = []
    for event in events:
        if not (kept and isinstance(event, dict) and event.get("type") == "BOOKMARK" and event in (kept[-1], _plain(kept[-1]))):
            kept.append(event)
    return kept


def _plain(event: Any) -> Any:
    """A bookmark as a later one is."""
    own = event["object"].get("metadata") if isinstance(event, dict) and isinstance(event.get("object"), dict) else None
    if not isinstance(own, dict):
        return event
    rest = {name: value for name, value in own.items() if name != "annotations"}
    return {**event, "object": {**event["object"], "metadata": rest}}
