"""Outcomes: what the suite expects, which differences are known, and what comes of a comparison.

The expectations are what a real kube-apiserver answered, in `recorded/`, one file for each section; `python -m tests.conformance.record`
writes them.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from tests.conformance.running import Seen

RECORDED = Path(__file__).parent / "recorded"
Outcome = Literal["agrees", "refused", "accepts", "differs"]


@cache
def _section(name: str) -> dict[str, Seen]:
    path = RECORDED / f"{name}.json"
    content: dict[str, Seen] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return content


def recorded(script_name: str) -> Seen:
    """What a real server answered to the script. Raises `KeyError` where it was not asked yet."""
    return _section(script_name.split(" ", 1)[0])[script_name]


def write(seen: Mapping[str, Seen]) -> None:
    """Replace all that is recorded: a file for each section, a line for each exchange."""
    for path in RECORDED.glob("*.json"):
        path.unlink()
    sections: dict[str, list[str]] = {}
    for name, exchanges in seen.items():
        lines = ",\n".join("  " + _compact(exchange) for exchange in exchanges)
        sections.setdefault(name.split(" ", 1)[0], []).append(f" {json.dumps(name)}: [\n{lines}\n ]")
    for section, entries in sections.items():
        (RECORDED / f"{section}.json").write_text("{\n" + ",\n".join(entries) + "\n}\n", encoding="utf-8")
    _section.cache_clear()


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def same(one: Seen, other: Seen, *, ordered: bool) -> bool:
    """`ordered`: the order of keys counts."""
    return _compact(one) == _compact(other) if ordered else one == other


def judge(fake: Seen, real: Seen, *, ordered: bool) -> Outcome:
    """How the fake's answers compare with the real ones. One that it refuses makes all of the script refused.

    It `accepts` where everything that differs was refused by the real one.
    """
    if same(fake, real, ordered=ordered):
        return "agrees"
    if any(exchange["code"] == 501 for exchange in fake):
        return "refused"
    apart = [(one["code"], other["code"]) for one, other in zip(fake, real, strict=True) if not same([one], [other], ordered=ordered)]
    return "accepts" if all(ours < 300 and 400 <= theirs < 500 for ours, theirs in apart) else "differs"


def difference(fake: Seen, real: Seen, *, ordered: bool) -> str:
    """The exchanges that differ, line by line: `-` is the real server, `+` the fake."""
    parts = []
    for number in range(max(len(fake), len(real))):
        ours = fake[number] if number < len(fake) else {}
        theirs = real[number] if number < len(real) else {}
        if not same([ours], [theirs], ordered=ordered):
            request = theirs.get("request", ours.get("request"))
            lines = difflib.unified_diff(_lines(theirs), _lines(ours), "real", "fake", lineterm="", n=2)
            parts.append("\n".join([f"exchange {number + 1}: {request}", *lines]))
    return "\n\n".join(parts)


def _lines(exchange: Mapping[str, object]) -> list[str]:
    return json.dumps(exchange, indent=1, ensure_ascii=False).splitlines()
