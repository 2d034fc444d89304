"""Row: one object that is about to be printed, and the texts that cells are made of."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fakes.api_server.builtin.moments import moment

NONE, UNKNOWN, UNSET = "<none>", "<unknown>", "<unset>"
_NEVER = "0001-01-01T00:00:00Z"
_MORE = 3


@dataclass(frozen=True, slots=True)
class Row:
    """An object, which nobody changes, and the time at which it is printed."""

    document: Mapping[str, Any]
    now: datetime.datetime

    def at(self, path: str, default: Any = "") -> Any:
        """The value at a path such as `spec.nodeName`; `default` where it is missing, null or empty."""
        return at(self.document, path, default)

    def first(self, *paths: str) -> Any:
        """The first value that is not empty, or an empty text."""
        return next((found for path in paths if (found := self.at(path))), "")

    @property
    def name(self) -> str:
        return str(self.at("metadata.name"))

    @property
    def is_going(self) -> bool:
        return bool(self.at("metadata.deletionTimestamp"))

    def created(self) -> str:
        """When; of a bookmark, which was not, as Go writes a time that nobody has set."""
        return str(self.at("metadata.creationTimestamp", _NEVER))

    def age(self, path: str = "metadata.creationTimestamp") -> str:
        """How long ago the time at `path` was."""
        return self.since(self.at(path))

    def since(self, text: str) -> str:
        """How long ago `text` was."""
        if not text:
            return UNKNOWN
        return human_duration((self.now - moment(text)).total_seconds())

    def containers(self, path: str = "spec.template.spec.containers") -> list[str]:
        """Two cells: the names and the images of the containers at `path`."""
        found = self.at(path, [])
        return [",".join(container.get(field) or "" for container in found) for field in ("name", "image")]


def at(value: Any, path: str, default: Any = "") -> Any:
    """See `Row.at`."""
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return default if value in (None, "", [], {}) else value


def human_duration(seconds: float) -> str:
    """`90s`, `5m30s`, `3h`, `47d`: the two largest units, as long as the second one matters."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if whole < 120:
        return f"{max(whole, 0)}s"
    if minutes < 10:
        return _two(minutes, "m", whole % 60, "s")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return _two(days, "d", hours % 24, "h")
    if days < 730:
        return f"{days}d"
    if days < 8 * 365:
        return _two(days // 365, "y", days % 365, "d")
    return f"{days // 365}y"


def _two(large: int, unit: str, small: int, small_unit: str) -> str:
    return f"{large}{unit}{small}{small_unit}" if small else f"{large}{unit}"


def labels(found: Mapping[str, str] | None) -> str:
    """`a=1,b=2`, or `<none>`."""
    return ",".join(f"{key}={value}" for key, value in sorted((found or {}).items())) or NONE


def selector(found: Mapping[str, Any] | None, nothing: str = NONE) -> str:
    """A label selector in the words of a command line; `nothing` for an empty one."""
    found = found or {}
    requirements = [(key, f"{key}={value}") for key, value in (found.get("matchLabels") or {}).items()]
    for expression in found.get("matchExpressions") or ():
        key, values = expression.get("key", ""), f"({','.join(sorted(expression.get('values') or ()))})"
        words = {"In": f"{key} in {values}", "NotIn": f"{key} notin {values}", "Exists": key, "DoesNotExist": f"!{key}"}
        requirements.append((key, words.get(expression.get("operator", ""), "<error>")))
    return ",".join(text for _, text in sorted(requirements, key=lambda requirement: requirement[0])) or nothing


def shortened(texts: Iterable[str], nothing: str) -> str:
    """The first three, and how many there are more; `nothing` where there are none."""
    found = list(texts)
    shown = ",".join(found[:_MORE])
    return f"{shown} + {len(found) - _MORE} more..." if len(found) > _MORE else shown or nothing


def has_condition(conditions: Iterable[Mapping[str, Any]], type: str) -> bool:
    """Whether the first condition of this type is true."""
    return next((condition.get("status") == "True" for condition in conditions if condition.get("type") == type), False)
