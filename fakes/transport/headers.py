"""Headers as the fake takes them: one value for each name, which is in lower case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

_LONGEST_LINE = 65536
_MOST_LINES = 100


class Lines(Protocol):
    def readline(self, limit: int, /) -> bytes: ...


def merged(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names in lower case; the values of a repeated name joined by a comma, as HTTP says that they mean the same."""
    result: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        result[key] = f"{result[key]}, {value}" if key in result else str(value)
    return result


def read_headers(lines: Lines) -> dict[str, str]:
    """Take the head of a request up to its empty line. Raises `ValueError` for what is no header, or for too much."""
    return merged(_fields(lines))


def _fields(lines: Lines) -> Iterator[tuple[str, str]]:
    for _ in range(_MOST_LINES + 1):
        line = lines.readline(_LONGEST_LINE + 1)
        if line in (b"\r\n", b"\n", b""):
            return
        name, colon, value = line.decode("iso-8859-1").partition(":")
        if not colon or not name or name != name.strip() or len(line) > _LONGEST_LINE:
            raise ValueError("a malformed header")
        yield name, value.strip()
    raise ValueError("too many headers")
