"""Headers as the fake takes them: one value for each name."""

from __future__ import annotations

from collections.abc import Iterable


def merged(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names in lower case; the values of a repeated name joined by a comma, as HTTP says that they mean the same."""
    result: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        result[key] = f"{result[key]}, {value}" if key in result else str(value)
    return result
