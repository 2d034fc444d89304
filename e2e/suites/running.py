"""Running: a suite against a kubeconfig, and what became of each of its specs.

Guarantees: a spec that was never started counts as not run, whatever the program says of itself. The program does not outlive this Python,
however that is ended. Progress goes to stderr.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from e2e.suites.suite import Suite
from fakes.clusters.control_plane.process import Process
from fakes.clusters.sigterm import sigterm_as_interrupt

Ending = Literal["passed", "failed", "left out", "skipped"]

_SPEC = "[It] "
_LABELS = re.compile(r" \[sig-[\w-]+(?:, [\w-]+)*\]$")
"""What stands behind the names of specs that have labels."""

_SECONDS_BETWEEN_LINES = 30.0


@dataclass(frozen=True, slots=True)
class Spec:
    """What became of a spec, and, of one that failed or that nobody meant to skip, why."""

    ending: Ending
    why: str = ""


def run(suite: Suite, kubeconfig: Path, folder: Path, *, only: Sequence[str] = (), seconds: float) -> dict[str, Spec]:
    """Every spec that the suite's focus means (or `only` those of these names), by its name. The log is in `folder`.

    Raises `subprocess.TimeoutExpired`, and `AssertionError` with the end of the log where the program left no report, or ended badly
    though no spec failed.
    """
    focus = "|".join(f"{re.escape(name)}$" for name in only) or suite.focus
    report, log = folder / "junit.xml", folder / "log"
    ginkgo = [f"--ginkgo.junit-report={report}", "--ginkgo.no-color", f"--ginkgo.focus={focus}"]
    left_out = "|".join(suite.left_out)
    command = [str(suite.program()), *suite.arguments(kubeconfig), *ginkgo, *([f"--ginkgo.skip={left_out}"] if left_out else [])]
    environment = {**os.environ, **suite.environment, "KUBECONFIG": str(kubeconfig)}
    process: Process | None = None
    with sigterm_as_interrupt():
        try:
            process = Process(suite.title, command, log, folder=folder, environment=environment)
            code = _follow(process, log, seconds)
        finally:
            if process is not None:
                process.end("kill")
    assert report.exists(), f"{suite.title} ended with {code} and left no report; its log ends with:\n{_end(log)}"
    specs = read_report(report, suite, focus)
    failed = any(spec.ending == "failed" for spec in specs.values())
    assert failed or not code, f"{suite.title}: no spec failed, but it ended with {code}:\n{_end(log)}"
    return specs


def read_report(report: Path, suite: Suite, focus: str) -> dict[str, Spec]:
    """The specs that the pattern `focus` means, by their names, from a JUnit file; and what failed before or after them."""
    specs: dict[str, Spec] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        title = str(case.get("name"))
        name = _LABELS.sub("", title.removeprefix(_SPEC))
        spec = _ending(case, suite.why_left_out(name))
        meant = re.search(focus, name) if title.startswith(_SPEC) else spec.ending == "failed"
        if meant and (name not in specs or specs[name].ending != "failed"):
            specs[name] = spec
    return specs


def _follow(process: Process, log: Path, seconds: float) -> int:
    """Its exit code."""
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        code = process.wait(_SECONDS_BETWEEN_LINES)
        if code is not None:
            return code
        elapsed = int(time.monotonic() - begin)
        done = log.read_bytes().count("•".encode())
        print(f"informer-kit [{elapsed // 60}:{elapsed % 60:02}] {process.name}: {done} specs done", file=sys.stderr, flush=True)
    raise subprocess.TimeoutExpired(process.name, seconds, _end(log).encode())


def _end(log: Path) -> str:
    return log.read_text(errors="replace")[-3000:]


def _ending(case: ElementTree.Element, why_left_out: str) -> Spec:
    for said in (case.find("failure"), case.find("error")):
        if said is not None:
            return Spec("failed", _why(said))
    if case.get("status") == "passed":
        return Spec("passed")
    skipped = case.find("skipped")
    return Spec("left out") if why_left_out else Spec("skipped", "it was not run" if skipped is None else _why(skipped))


def _why(said: ElementTree.Element) -> str:
    return (said.get("message") or said.text or "")[:500]
