"""YAML scalars: what a word without quotes means, as Go's YAML reads it: `yes` is true, `0x1F` a number, a time a text."""

from __future__ import annotations

import datetime
import functools
import math
import re
from typing import Any

_PREFIX = "tag:yaml.org,2002:"
STRING, BOOL, INT, FLOAT, NULL, MERGE = (_PREFIX + name for name in ("str", "bool", "int", "float", "null", "merge"))
TIME, BINARY = _PREFIX + "timestamp", _PREFIX + "binary"
COLLECTIONS = tuple(_PREFIX + name for name in ("set", "omap", "pairs"))
"""Tags that say nothing about how a mapping or a sequence is read."""


def _cases(*words: str) -> list[str]:
    return [form for word in words for form in (word.lower(), word.capitalize(), word.upper())]


_WORDS: dict[str, tuple[str, Any]] = {
    **dict.fromkeys([*_cases("y", "yes", "true", "on")], (BOOL, True)),
    **dict.fromkeys([*_cases("n", "no", "false", "off")], (BOOL, False)),
    **dict.fromkeys(["", "~", *_cases("null")], (NULL, None)),
    **dict.fromkeys([".nan", ".NaN", ".NAN"], (FLOAT, float("nan"))),
    **dict.fromkeys([sign + word for sign in ("", "+") for word in (".inf", ".Inf", ".INF")], (FLOAT, float("inf"))),
    **dict.fromkeys(["-.inf", "-.Inf", "-.INF"], (FLOAT, float("-inf"))),
    "<<": (MERGE, "<<"),
}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INTEGER = re.compile(r"([-+]?)(?:0[xX](?P<x>[0-9a-fA-F]+)|0[oO]?(?P<o>[0-7]+)|0[bB](?P<b>[01]+)|(?P<d>0|[1-9][0-9]*))")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt]\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?(Z|[-+]\d\d:\d\d)| \d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?)?")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")


@functools.lru_cache(4096)
def resolve(text: str) -> tuple[str, Any]:
    """The tag of a plain scalar, and its value."""
    found = _WORDS.get(text)
    if found is not None:
        return found
    first = text[0]
    if first not in "+-.0123456789":
        return STRING, text
    if _is_time(text):
        return TIME, text
    plain = text if first == "." else text.replace("_", "")
    integer = None if first == "." else _integer(plain)
    if integer is not None:
        return INT, integer
    if _FLOAT.fullmatch(plain) and math.isfinite(number := float(plain)):
        return FLOAT, number
    return STRING, text


def _integer(text: str) -> int | None:
    match = _INTEGER.fullmatch(text)
    if match is None:
        return None
    base, digits = next((base, match[name]) for name, base in (("x", 16), ("o", 8), ("b", 2), ("d", 10)) if match[name])
    value = int(match[1] + digits, base) if len(digits) <= 64 else 2**64
    return value if -(2**63) <= value < 2**64 else None


def _is_time(text: str) -> bool:
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    try:
        datetime.date(*map(int, match.group(1, 2, 3)))
    except ValueError:
        return False
    return True


def needs_quotes(text: str) -> bool:
    """Whether a text would be taken for something else without quotes."""
    return resolve(text)[0] != STRING or _BASE_60.fullmatch(text) is not None
