"""The columns and cells of custom resources, as their definition asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fakes.api_server.custom import jsonpath
from fakes.api_server.kinds import Kind
from fakes.api_server.tables.row import Row
from fakes.api_server.wire.encoding import to_json

_AGE = {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}


def columns(kind: Kind) -> Sequence[Mapping[str, Any]]:
    """The additional columns of a custom kind, as its definition has them; its age where it has none."""
    return kind.definition.get("additionalPrinterColumns") or (_AGE,)


def cells(kind: Kind, row: Row) -> list[Any]:
    """Name, then one cell for each column; None where there is nothing to show, or nothing of that type."""
    return [row.name, *(_cell(column, row) for column in columns(kind))]


def _cell(column: Mapping[str, Any], row: Row) -> Any:
    try:
        found = jsonpath.find(row.document, column["jsonPath"])
    except ValueError:
        return None
    value = found[0] if found else None
    if value is None:
        return None
    match column["type"]:
        case "string":
            return _text(value)
        case "integer" if type(value) in (int, float):
            return int(value)
        case "number" if type(value) in (int, float):
            return float(value)
        case "boolean" if isinstance(value, bool):
            return value
        case "date" if isinstance(value, str):
            try:
                return row.since(value)
            except ValueError:
                return "<invalid>"
    return None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return to_json(value, ordered=True).decode()
