"""Strategies: how a Deployment goes from one template to the next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fakes.api_server.custom.structural_faults import invalid
from fakes.api_server.errors import Cause
from fakes.api_server.wire.encoding import to_json

_NO_PERCENT = (
    "a valid percent string must be a numeric string followed by an ending '%' "
    "(e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
)


def strategy_faults(strategy: Mapping[str, Any]) -> Iterator[Cause]:
    """Of one that has its defaults."""
    kind, rolling = strategy.get("type"), strategy.get("rollingUpdate")
    if kind == "Recreate":
        if rolling is not None:
            text = "Forbidden: may not be specified when strategy `type` is 'Recreate'"
            yield Cause("FieldValueForbidden", text, "spec.strategy.rollingUpdate")
    elif kind == "RollingUpdate":
        yield from _rolling_faults(rolling or {}, "spec.strategy.rollingUpdate")
    else:
        inside = rolling and {"MaxUnavailable": rolling.get("maxUnavailable", 0), "MaxSurge": rolling.get("maxSurge", 0)}
        shown = to_json({"Type": kind, "RollingUpdate": inside}).decode()
        text = f'Unsupported value: {shown}: supported values: "Recreate", "RollingUpdate"'
        yield Cause("FieldValueNotSupported", text, "spec.strategy")


def _rolling_faults(rolling: Mapping[str, Any], at: str) -> Iterator[Cause]:
    unavailable, surge = rolling.get("maxUnavailable", 0), rolling.get("maxSurge", 0)
    for field, value in (("maxUnavailable", unavailable), ("maxSurge", surge)):
        if isinstance(value, str) and not re.fullmatch(r"[0-9]+%", value):
            yield invalid(f"{at}.{field}", value, _NO_PERCENT)
        elif isinstance(value, int) and value < 0:
            yield invalid(f"{at}.{field}", value, "must be greater than or equal to 0")
    if not _number(unavailable) and not _number(surge):
        yield invalid(f"{at}.maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0")
    if isinstance(unavailable, str) and unavailable.endswith("%") and _number(unavailable) > 100:
        yield invalid(f"{at}.maxUnavailable", unavailable, "must not be greater than 100%")


def _number(value: int | str) -> int:
    """That of a percentage too; zero for other texts."""
    if isinstance(value, int):
        return value
    digits = value.removesuffix("%")
    return int(digits) if re.fullmatch("[0-9]+", digits) else 0
