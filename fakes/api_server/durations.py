"""Durations as Go reads them: `1h30m`, `.5s`, `-100ms`."""

from __future__ import annotations

import re
from decimal import Decimal

from fakes.api_server.wire.json_syntax import quote

_PART = re.compile(r"(?P<whole>[0-9]*)(?P<fraction>\.[0-9]*)?(?P<unit>[^.0-9]*)", re.ASCII)
_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_MOST = 2**63


def complaint(text: str) -> str | None:
    """What Go says of a text that is no duration; None where it is one."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return None
    total, at = Decimal(0), 0
    while at < len(rest) or not at:
        part = _PART.match(rest, at)
        assert part is not None, "every part of it may be empty"
        number = f"{part['whole']}{part['fraction'] or ''}"
        if number in ("", "."):
            return f"time: invalid duration {quote(text)}"
        if not part["unit"]:
            return f"time: missing unit in duration {quote(text)}"
        if part["unit"] not in _UNITS:
            return f"time: unknown unit {quote(part['unit'])} in duration {quote(text)}"
        total += Decimal(f"0{number}0" if number.startswith(".") else number) * _UNITS[part["unit"]]
        at = part.end()
    return f"time: invalid duration {quote(text)}" if total > _MOST else None
