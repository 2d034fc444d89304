"""Tables: objects and lists as `kubectl get` wants them. The texts that describe columns are left out; all else is a real server's."""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any, Literal

from fakes.api_server.kinds import Kind
from fakes.api_server.tables import custom
from fakes.api_server.tables.cells import BUILT_IN, created
from fakes.api_server.tables.row import Row
from fakes.api_server.wire import encoding
from fakes.storage import Version

IncludeObject = Literal["Metadata", "Object", "None"]

_DEFAULT = ["Name", "string", "name", 0], ["Created At", "date", "", 0]
_PRINTED_ELSEWHERE = ("customresourcedefinitions.apiextensions.k8s.io",)
_CUSTOM_TEXT = "Custom resource definition column (in JSONPath format): "


class Tables:
    """How one answer or one watch shows objects of one kind. `now` is when ages are counted from, `form` the apiVersion of the tables."""

    def __init__(self, kind: Kind, include: IncludeObject, form: str = encoding.META) -> None:
        self._kind = kind
        self._include = include
        self._form = form

    def of_object(self, version: Version, now: datetime.datetime, *, columns: bool = True) -> bytes:
        """A table of one object. A watch sends `columns` with its first event only."""
        revision = version.document()["metadata"].get("resourceVersion")
        return self._table({"resourceVersion": revision} if revision else {}, [self._row(version, now)], columns=columns)

    def of_list(self, versions: Iterable[Version], now: datetime.datetime, revision: int, *, token: str, remaining: int) -> bytes:
        """A table of a page of a collection."""
        metadata: dict[str, Any] = {"resourceVersion": str(revision)}
        if token:
            metadata["continue"] = token
        if remaining:
            metadata["remainingItemCount"] = remaining
        rows = [self._row(version, now) for version in versions]
        return self._table(metadata, rows or (None if _has_nobodys_columns(self._kind) else rows))

    def of_bookmark(self, raw: bytes, revision: int, now: datetime.datetime, *, columns: bool) -> bytes:
        """A table of the object of a BOOKMARK event, which is there even where the client wants nothing included."""
        document = json.loads(raw)
        shown = raw if self._include == "Object" else encoding.partial(Version("", revision, raw), self._form)
        return self._table({"resourceVersion": str(revision)}, [self._cells(document, now, shown)], columns=columns)

    def _row(self, version: Version, now: datetime.datetime) -> bytes:
        match self._include:
            case "None":
                shown = b"null"
            case "Object":
                shown = encoding.whole(self._kind, version.raw)
            case _:
                shown = encoding.partial(version, self._form)
        conversion = self._kind.conversion
        told = version.origin if conversion is not None and conversion.internal else version
        return self._cells(told.document(), now, shown)

    def _cells(self, document: Mapping[str, Any], now: datetime.datetime, shown: bytes) -> bytes:
        row = Row(document, now)
        name = self._kind.resource.name
        found = custom.cells(self._kind, row) if self._kind.custom else BUILT_IN.get(name, created)(row)
        return b'{"cells":' + encoding.to_json(found) + b',"object":' + shown + b"}"

    def _table(self, metadata: Mapping[str, Any], rows: list[bytes] | None, *, columns: bool = True) -> bytes:
        start = encoding.to_json({"kind": "Table", "apiVersion": self._form, "metadata": metadata})[:-1]
        defined = encoding.to_json(_columns(self._kind)) if columns else b"null"
        told = b"null" if rows is None else b"[" + b",".join(rows) + b"]"
        return b"".join([start, b',"columnDefinitions":', defined, b',"rows":', told, b"}"])


class TableStream:
    """The tables of one watch. Told to one task, in the order in which they are sent: the first one says what the columns are."""

    def __init__(self, tables: Tables, now: Callable[[], datetime.datetime]) -> None:
        self._tables = tables
        self._now = now
        self._first = True

    def of_object(self, version: Version) -> bytes:
        """The next event's object."""
        return self._tables.of_object(version, self._now(), columns=self._is_first())

    def of_bookmark(self, raw: bytes, revision: int) -> bytes:
        """The next bookmark."""
        return self._tables.of_bookmark(raw, revision, self._now(), columns=self._is_first())

    def _is_first(self) -> bool:
        first, self._first = self._first, False
        return first


def _has_nobodys_columns(kind: Kind) -> bool:
    """Whether no printer of its own shows the kind: then rows are null where there are none."""
    return not kind.custom and (kind.resource.name in _PRINTED_ELSEWHERE or list(_entries(kind)) == list(_DEFAULT))


def _entries(kind: Kind) -> Sequence[Any]:
    return _data().get(f"{kind.resource.plural}.{kind.resource.api_version}", _DEFAULT)


def _columns(kind: Kind) -> list[dict[str, Any]]:
    if kind.custom:
        return [_column("Name", "string", "name", 0), *map(_custom_column, custom.columns(kind))]
    return [_column(entry, "string", "", 0) if isinstance(entry, str) else _column(*entry) for entry in _entries(kind)]


def _custom_column(column: Mapping[str, Any]) -> dict[str, Any]:
    text = column.get("description") or f"{_CUSTOM_TEXT}{column['jsonPath']}"
    return _column(column["name"], column["type"], column.get("format", ""), column.get("priority", 0), text)


def _column(name: str, type: str, format: str, priority: int, description: str = "") -> dict[str, Any]:
    return {"name": name, "type": type, "format": format, "description": description, "priority": priority}


@functools.cache
def _data() -> Mapping[str, list[Any]]:
    columns: dict[str, list[Any]] = json.loads((files("fakes.api_server") / "data" / "columns.json").read_bytes())
    return columns
