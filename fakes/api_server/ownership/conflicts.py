"""Conflicts: an applier wants fields that others own. What the server says to that."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fakes.api_server.errors import Cause, Conflict
from fakes.api_server.ownership import field_sets
from fakes.api_server.ownership.field_sets import FieldSet
from fakes.api_server.ownership.managers import Manager


class ApplyConflict(Conflict):
    """409. `conflicts` are the fields in question by their managers."""

    def __init__(self, conflicts: Mapping[Manager, FieldSet]) -> None:
        self.conflicts = dict(sorted(conflicts.items(), key=lambda item: _identity(item[0])))
        named = [
            (_shown(manager), field_sets.text(path)) for manager, fields in self.conflicts.items() for path in field_sets.paths(fields)
        ]
        causes = [Cause("FieldManagerConflict", f"conflict with {manager}", path).to_dict() for manager, path in named]
        super().__init__(409, "Conflict", _message(named), {"causes": causes})


def _message(named: list[tuple[str, str]]) -> str:
    if len(named) == 1:
        (manager, path) = named[0]
        return f"Apply failed with 1 conflict: conflict with {manager}: {path}"
    lines = []
    for manager in dict.fromkeys(manager for manager, _ in named):
        lines.append(f"conflicts with {manager}:")
        lines += [f"- {path}" for other, path in named if other == manager]
    return f"Apply failed with {len(named)} conflicts: " + "\n".join(lines)


def _identity(manager: Manager) -> str:
    """By what managers are sorted in messages."""
    named = {
        "manager": manager.name,
        "operation": manager.operation,
        "apiVersion": manager.api_version,
        "subresource": manager.subresource,
    }
    return json.dumps({name: value for name, value in named.items() if value}, ensure_ascii=False)


def _shown(manager: Manager) -> str:
    shown = json.dumps(manager.name, ensure_ascii=False)
    if manager.subresource:
        shown = f"{shown} with subresource {json.dumps(manager.subresource)}"
    return f"{shown} using {manager.api_version}" if manager.operation == "Update" else shown
