"""Expectations: the specs of other people's suites that fail on the fake, each with its reason, and what the last run saw.

An entry whose spec passes fails the run: remove it.
"""

from __future__ import annotations

import json
from pathlib import Path

from e2e.suites.running import Ending, Spec

FAILING: dict[str, str] = {}
"""By the spec's name: why it fails."""

_SEEN = Path(__file__).parent / "seen"


def seen(suite: str) -> dict[str, Ending]:
    """What became of each spec in the last run of the whole suite on the fake."""
    found: dict[str, Ending] = json.loads((_SEEN / f"{suite}.json").read_text())
    return found


def write(suite: str, specs: dict[str, Spec]) -> None:
    """Keep what a run of the whole suite saw."""
    endings = {name: specs[name].ending for name in sorted(specs)}
    (_SEEN / f"{suite}.json").write_text(json.dumps(endings, indent=1) + "\n")


def disagreements(specs: dict[str, Spec]) -> list[str]:
    """The specs that ended otherwise than they are expected to, each with what it said."""
    failed = [f"{name}\n    {spec.why}" for name, spec in specs.items() if spec.ending == "failed" and name not in FAILING]
    healed = [f"{name}\n    passes now: remove it from FAILING" for name in FAILING if name in specs and specs[name].ending == "passed"]
    return failed + healed
