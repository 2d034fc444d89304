"""Expectations: the specs of other people's suites that fail on the fake, each with its reason, and what the last run saw.

An entry whose spec passes fails the run: remove it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from e2e.suites.running import Ending, Spec
from e2e.suites.suite import Suite

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


def named(suite: Suite, focus: str) -> list[str]:
    """The specs seen in the whole suite, without those left out, whose names match the pattern."""
    return [name for name in seen(suite.name) if re.search(focus, name) and not suite.why_left_out(name)]


def disagreements(specs: dict[str, Spec], known: Collection[str], failing: Mapping[str, str]) -> list[str]:
    """What is otherwise than expected: that all `known` specs are there and no others, and that those pass which are not `failing`."""
    bad = [
        f"{name}\n    {spec.ending}: {spec.why}"
        for name, spec in specs.items()
        if spec.ending == "skipped" or (spec.ending == "failed" and name not in failing)
    ]
    healed = [f"{name}\n    passes now: remove it from FAILING" for name in failing if name in specs and specs[name].ending == "passed"]
    gone = [f"{name}\n    is there no more" for name in known if name not in specs]
    new = [f"{name}\n    is new" for name in specs if name not in known]
    return bad + healed + gone + new
