"""Changes: what differs between two states of one object, as a person would say it.

Rules: lists whose items have names are compared by name (containers by `name`, conditions by `type`, taints by `key`); what every write
changes is left out; times and other heartbeats count only where nothing else has changed; what matters most comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

VALUE_WIDTH = 40  # characters of a value that are shown

_HIDDEN = {("metadata", "managedFields"), ("metadata", "resourceVersion"), ("metadata", "generation")}
_NOISE = {
    "kubectl.kubernetes.io/last-applied-configuration",
    "lastHeartbeatTime",
    "lastProbeTime",
    "lastTransitionTime",
    "lastUpdateTime",
    "observedGeneration",
    "renewTime",
}
_FIRST = {"phase", "deletionTimestamp"}
_EXPLAINING = {"reason", "message"}  # in a condition
_MINOR = {"deletionGracePeriodSeconds", "finishedAt", "startedAt"}
_NAMES = (("name",), ("type",), ("key",), ("key", "effect"), ("ip",), ("uid",))  # what items are told apart by
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z$")
_SHORTEST = ("status", "effect", "image", "phase")  # the field that says most of an item that came or went


class _Missing:
    def __repr__(self) -> str:
        return "missing"


MISSING: Final = _Missing()


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs: `path` as people write it; `before` or `after` is `MISSING` where the field was not there.

    `minor`: it only explains or dates another change.
    """

    path: str
    before: Any
    after: Any
    minor: bool = False

    def __str__(self) -> str:
        if self.before is MISSING:
            return f"{self.path}: +{_shown(self.after)}"
        if self.after is MISSING:
            return f"{self.path}: -{_shown(self.before)}"
        before, after = _shown(self.before), _shown(self.after)
        if _TIMESTAMP.match(before) and _TIMESTAMP.match(after) and before[:11] == after[:11]:
            before, after = before[11:], after[11:]  # the same day
        return f"{self.path}: {before} → {after}"


def find_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What differs between two states in plain data, the most telling first; only noise where there is nothing else."""
    found = list(_compare((), old, new))
    telling = [each for each in found if _NOISE.isdisjoint(each[0])]
    ordered = sorted(telling or found, key=lambda each: _rank(each[0]))
    return [Change(_written(path), before, after, minor=_rank(path) == _LAST) for path, before, after in ordered]


def summarize(changes: Sequence[Change], *, limit: int = 4, width: int | None = None) -> str:
    """The first changes in one line, and how many more there are: at most `limit`, and as many as fit in `width`; one is cut to fit.

    Minor ones are not counted where they are left out.
    """
    if not changes:
        return "nothing but its version"
    for shown in range(min(limit, len(changes)), 0, -1):
        line = ", ".join(map(str, changes[:shown]))
        left_out = sum(not change.minor for change in changes[shown:])
        more = f" (+{left_out} more)" if left_out else ""
        if width is None or len(line + more) <= width:
            break
        if shown == 1:
            line = line[: max(0, width - len(more) - 1)] + "…"
    return line + more


_Path = tuple[str, ...]
_Found = tuple[_Path, Any, Any]


_LAST = 2


def _rank(path: _Path) -> int:
    explaining = "conditions" in path and path[-1] in _EXPLAINING
    if explaining or path[-1] in _MINOR:
        return _LAST
    return 0 if path[-1] in _FIRST or "[Ready]" in path else 1


def _compare(path: _Path, old: Any, new: Any) -> Iterator[_Found]:
    if old == new or path in _HIDDEN:
        return
    # What came or went as a whole is still told field by field.
    before, after = _like(old, new), _like(new, old)
    if isinstance(before, Mapping) and isinstance(after, Mapping) and (before or after):
        for field in dict.fromkeys([*before, *after]):
            yield from _compare((*path, field), before.get(field, MISSING), after.get(field, MISSING))
    elif isinstance(before, list) and isinstance(after, list) and (before or after):
        yield from _compare_lists(path, before, after)
    else:
        yield path, old, new


def _like(value: Any, other: Any) -> Any:
    """`value`, or an empty one of the other's kind where there is none."""
    if value is MISSING and isinstance(other, Mapping | list):
        return type(other)()
    return value


def _compare_lists(path: _Path, old: list[Any], new: list[Any]) -> Iterator[_Found]:
    for fields in _NAMES:
        before, after = _by_name(old, fields), _by_name(new, fields)
        if before is not None and after is not None:
            for key in dict.fromkeys([*before, *after]):
                yield from _compare_items((*path, f"[{key}]"), before.get(key, MISSING), after.get(key, MISSING))
            return
    if all(isinstance(item, str) for item in [*old, *new]) and set(old) != set(new):
        yield from ((path, item, MISSING) for item in old if item not in new)
        yield from ((path, MISSING, item) for item in new if item not in old)
    elif len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _compare((*path, f"[{index}]"), one, other)
    else:
        yield path, old, new


def _compare_items(path: _Path, old: Any, new: Any) -> Iterator[_Found]:
    if old is MISSING or new is MISSING:
        yield path, old, new
    else:
        yield from _compare(path, old, new)


def _by_name(items: list[Any], fields: tuple[str, ...]) -> dict[str, Any] | None:
    """The items by their names; None where they do not all have one of their own."""
    named: dict[str, Any] = {}
    for item in items:
        names: list[Any] = [item.get(field) for field in fields] if isinstance(item, Mapping) else [None]
        if not all(isinstance(name, str) for name in names):
            return None
        named[":".join(names)] = item
    return named if len(named) == len(items) else None


def _written(path: _Path) -> str:
    if path[:1] == ("metadata",) and path[1:2] in (("labels",), ("annotations",)):
        path = path[1:]
    text = ""
    for part in path:
        if part.startswith("["):
            text += part
        elif "." in part or "/" in part:
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        value = next((value[field] for field in _SHORTEST if isinstance(value.get(field), str)), value)
    elif isinstance(value, list) and value:
        return f"{len(value)} item{'s' if len(value) > 1 else ''}"
    text = value if isinstance(value, str) and value else msgspec.json.encode(value).decode()
    text = " ".join(text.split())
    return text if len(text) <= VALUE_WIDTH else text[: VALUE_WIDTH - 1] + "…"
