"""Moments: times as objects have them, read as Go reads them."""

from __future__ import annotations

import datetime
import json
import re
from typing import NamedTuple

SECONDS, MICROSECONDS = "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05.000000Z07:00"
"""Layouts: how Go writes down what a time looks like. The first one takes fractions of a second, too."""


class _Piece(NamedTuple):
    """A piece of a time: what it is called in a layout, what it looks like, and (for a number) its name and most."""

    layout: str
    form: str
    name: str = ""
    least: int = 0
    most: int = 0


_DAY = (
    _Piece("2006", r"\d{4}"),
    _Piece("-", "-"),
    _Piece("01", r"\d\d", "month", 1, 12),
    _Piece("-", "-"),
    _Piece("02", r"\d\d"),
    _Piece("T", "T"),
    _Piece("15", r"\d\d?", "hour", 0, 23),
    _Piece(":", ":"),
    _Piece("04", r"\d\d", "minute", 0, 59),
    _Piece(":", ":"),
    _Piece("05", r"\d\d", "second", 0, 59),
)
_ZONE = _Piece("Z07:00", r"Z|[+-]\d\d:\d\d")
_PIECES = {
    SECONDS: (*_DAY, _Piece("", r"(?:[.,]\d+)?"), _ZONE),
    MICROSECONDS: (*_DAY, _Piece(".000000", r"[.,]\d{6}"), _ZONE),
}
_MOST_HOURS, _MOST_MINUTES = 24, 60


def moment(text: str, layout: str = SECONDS) -> datetime.datetime:
    """A time in this layout, in UTC. Raises `ValueError` in the words of Go."""
    said, rest = [], text
    for piece in _PIECES[layout]:
        found = re.match(piece.form, rest, re.ASCII)
        if found is None:
            quoted = json.dumps(rest, ensure_ascii=False)
            raise ValueError(f"parsing time {_quoted(text)} as {_quoted(layout)}: cannot parse {quoted} as {_quoted(piece.layout)}")
        rest = rest[found.end() :]
        if piece.name and not piece.least <= int(found[0]) <= piece.most:
            raise _out_of_range(text, piece.name)
        said.append(found[0])
    if rest:
        raise ValueError(f"parsing time {_quoted(text)}: extra text: {_quoted(rest)}")
    year, month, day, hour, minute, second = (int(said[place]) for place in range(0, len(_DAY), 2))
    offset = _offset(text, said[-1])
    try:
        whole = datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.UTC)
        return whole - offset + datetime.timedelta(microseconds=int(said[-2][1:7].ljust(6, "0")))
    except (ValueError, OverflowError):
        raise _out_of_range(text, "day") from None


def _offset(text: str, zone: str) -> datetime.timedelta:
    if zone == "Z":
        return datetime.timedelta()
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    for name, number, most in (("hour", hours, _MOST_HOURS), ("minute", minutes, _MOST_MINUTES)):
        if number > most:
            raise _out_of_range(text, f"time zone offset {name}")
    offset = datetime.timedelta(hours=hours, minutes=minutes)
    return -offset if zone[0] == "-" else offset


def _out_of_range(text: str, name: str) -> ValueError:
    return ValueError(f"parsing time {_quoted(text)}: {name} out of range")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
