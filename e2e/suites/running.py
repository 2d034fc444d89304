"""Running: a suite against a kubeconfig, and what became of each of its specs.

Guarantees: a spec that was never started counts as not run, whatever the program says of itself. Progress goes to stderr.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from e2e.suites.suite import Suite

Ending = Literal["passed", "failed", "left out"]

_SPEC = "[It] "
_LABELS = re.compile(r" \[sig-[\w-]+(?:, [\w-]+)*\]$")
"""What stands behind the names of specs that have labels."""

_SECONDS_BETWEEN_LINES = 30.0


@dataclass(frozen=True, slots=True)
class Spec:
    """What became of a spec, and, of one that failed, why."""

    ending: Ending
    why: str = ""


def run(suite: Suite, kubeconfig: Path, folder: Path, *, focus: str = "", seconds: float) -> dict[str, Spec]:
    """Every spec that the suite's focus means (and `focus`, where there is one), by its name. The log is in `folder`.

    Raises `subprocess.TimeoutExpired`, and `AssertionError` with the end of the log where the program left no report.
    """
    report, log = folder / "junit.xml", folder / "log"
    ginkgo = [f"--ginkgo.junit-report={report}", "--ginkgo.no-color", f"--ginkgo.focus={focus or suite.focus}"]
    left_out = "|".join(suite.left_out)
    command = [str(suite.program()), *suite.arguments(kubeconfig), *ginkgo, *([f"--ginkgo.skip={left_out}"] if left_out else [])]
    environment = {**os.environ, **suite.environment, "KUBECONFIG": str(kubeconfig)}
    with log.open("wb") as output, subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output) as process:
        try:
            _follow(suite, process, log, seconds)
        except BaseException:
            process.kill()
            raise
    assert report.exists(), f"{suite.title} ended with {process.returncode} and left no report; its log ends with:\n{_end(log)}"
    return {name: spec for name, spec in read_report(report, suite).items() if re.search(focus, name)}


def read_report(report: Path, suite: Suite) -> dict[str, Spec]:
    """The specs that the suite's focus means, by their names, from a JUnit file."""
    return {name: spec for name, spec in _specs(report, suite) if re.search(suite.focus, name)}


def _follow(suite: Suite, process: subprocess.Popen[bytes], log: Path, seconds: float) -> None:
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        try:
            process.wait(_SECONDS_BETWEEN_LINES)
        except subprocess.TimeoutExpired:
            elapsed = int(time.monotonic() - begin)
            done = log.read_bytes().count("•".encode())
            print(f"informer-kit [{elapsed // 60}:{elapsed % 60:02}] {suite.title}: {done} specs done", file=sys.stderr, flush=True)
        else:
            return
    raise subprocess.TimeoutExpired(suite.title, seconds, _end(log).encode())


def _end(log: Path) -> str:
    return log.read_text(errors="replace")[-3000:]


def _specs(report: Path, suite: Suite) -> Iterator[tuple[str, Spec]]:
    for case in ElementTree.parse(report).iter("testcase"):
        name = _LABELS.sub("", str(case.get("name")).removeprefix(_SPEC))
        failure = next((found for found in (case.find("failure"), case.find("error")) if found is not None), None)
        if failure is not None:
            yield name, Spec("failed", (failure.get("message") or failure.text or "")[:500])
        elif case.get("status") != "skipped" and str(case.get("name")).startswith(_SPEC):
            yield name, Spec("passed")
        elif suite.why_left_out(name):
            yield name, Spec("left out")
