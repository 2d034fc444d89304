"""The fidelity table: every row of the API server's contract, and whether the fake agrees with a real server: `docs/fidelity.md`.

`python -m tests.conformance.table` plays the suite on the fake and writes it; a test checks that it is up to date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from e2e.suites import expected
from e2e.suites.suite import SUITES
from tests.conformance import scripts
from tests.conformance.known import KNOWN
from tests.conformance.outcome import Outcome, judge, recorded
from tests.conformance.running import on_the_fake
from tests.conformance.script import SCRIPTS, Script

FILE = Path(__file__).resolve().parents[2] / "docs" / "fidelity.md"

SECTIONS = {
    "1.1": "JSON shapes",
    "1.2": "Status objects",
    "1.3": "Headers and unknown paths",
    "3": "GET",
    "4.1": "LIST: parameters and selectors",
    "4.2": "LIST: what is refused",
    "4.3": "LIST: which state",
    "4.4": "LIST: order, pages, tokens",
    "5.1": "WATCH: forms of the request",
    "5.2": "WATCH: defaults",
    "5.3": "WATCH: what is refused",
    "5.4": "WATCH: where it starts",
    "5.5": "WATCH: lines",
    "5.6": "WATCH: selectors and deletes",
    "5.7": "WATCH: bookmarks",
    "5.8": "WATCH: the end",
    "6": "Representations",
    "7.1": "Create",
    "7.2": "Update",
    "7.3": "Subresources",
    "7.4": "Patch",
    "7.5": "Server-side apply",
    "7.6": "Delete",
    "8": "Namespaces and definitions",
    "9": "Access",
    "10.1": "Discovery",
    "10.2": "What kubectl sends",
    "11": "Compression and audit",
    "14.3": "Built-in kinds",
    "14.4": "What is left to real servers",
}

_INTRODUCTION = """\
# Fidelity

What the fake API server answers, beside kube-apiserver 1.37. Each row is a script of requests in `tests/conformance/scripts/`:
`nox -s unit` plays it on the fake and compares with what a real server answered, `nox -s e2e` plays it on a real server. Uids, times and
absolute versions are masked. managedFields and the order of keys count in the rows about them, and the API's own documentation nowhere.

**agrees**: codes, bodies, headers and event sequences are the same. **refused**: the fake answers 501 and names what it lacks.
**accepts**: it takes what a real server refuses, by a rule that only a real one looks at. **differs**: it answers something else. Of these
three the row says why. What depends on the moment has unit tests and no row: slow watchers, and the 429 of a watch cache that starts anew.
One server answers here: what lagging replicas behind one address do to a client (stale lists, silent watches) is not played.

Written by `python -m tests.conformance.table`, never by hand.
"""

_SUITES = """
## Other people's test suites

Test suites for API servers and their clients, run against the served fake by `nox -s conformance`. `nox -s conformance -- --kube-cluster
control-plane` runs the same on a real control plane; there, Kubernetes' suite has one node, on which nothing runs.
"""

assert scripts.__all__


def outcome_of(script: Script) -> Outcome:
    """Play it on the fake and compare with the recording."""
    return judge(on_the_fake(script), recorded(script.name), ordered=script.ordered)


def render() -> str:
    """The whole file."""
    outcomes = {name: outcome_of(script) for name, script in SCRIPTS.items()}
    return "\n".join(_lines(outcomes)) + "\n"


def _lines(outcomes: dict[str, Outcome]) -> Iterator[str]:
    counted = Counter(outcomes.values())
    yield _INTRODUCTION
    said: dict[Outcome, str] = {"agrees": "agree", "refused": "are refused", "accepts": "are accepted", "differs": "differ"}
    yield f"{len(outcomes)} rows: {', '.join(f'{counted[outcome]} {word}' for outcome, word in said.items())}."
    for section, title in SECTIONS.items():
        rows = [script for script in SCRIPTS.values() if script.section == section]
        yield f"\n## {section} {title}\n\n| row | fake | what and why |\n|---|---|---|"
        for script in rows:
            outcome = outcomes[script.name]
            yield f"| {_cell(script.name.split(' ', 1)[1])} | {outcome} | {_cell(KNOWN.get(script.name, ''))} |"
    yield from _suites()


def _suites() -> Iterator[str]:
    """What became of other people's test suites in the last run of each, `nox -s conformance`."""
    yield _SUITES
    yield "| suite | specs | pass | are left out | fail |\n|---|---|---|---|---|"
    endings = {name: expected.seen(name) for name in SUITES}
    for name, suite in SUITES.items():
        counted = Counter(endings[name].values())
        specs = f"{len(endings[name])} | {counted['passed']} | {counted['left out']} | {counted['failed']}"
        yield f"| {suite.title}, {suite.module.version} | {specs} |"
    for name, suite in SUITES.items():
        if rest := {spec: ending for spec, ending in endings[name].items() if ending != "passed"}:
            yield f"\nOf {suite.title}:\n\n| spec | fake | why |\n|---|---|---|"
            for spec, ending in rest.items():
                why = expected.FAILING.get(spec, "") if ending == "failed" else suite.why_left_out(spec)
                yield f"| {_cell(spec)} | {ending} | {_cell(why)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
