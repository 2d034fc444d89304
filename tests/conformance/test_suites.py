"""What is made of the reports of other people's suites, without running one."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2e.suites import expected
from e2e.suites.running import Spec, read_report
from e2e.suites.suite import SUITES

REPORT = """<?xml version="1.0"?>
<testsuites><testsuite>
  <testcase name="[SynchronizedBeforeSuite]" status="passed"/>
  <testcase name="[It] [sig-api-machinery] Watchers should see [Conformance] [sig-api-machinery, Conformance]" status="passed"/>
  <testcase name="[It] [sig-api-machinery] Watchers should hear" status="passed"/>
  <testcase name="[It] [sig-api-machinery] Watchers should fail [Conformance]" status="failed"><failure message="too late"/></testcase>
  <testcase name="[It] [sig-api-machinery] ResourceQuota should verify a count [Conformance]" status="skipped"/>
  <testcase name="[It] [sig-api-machinery] Watchers should wait [Conformance]" status="skipped"/>
  <testcase name="[It] [sig-storage] Volumes should hold [Conformance]" status="skipped"/>
</testsuite></testsuites>
"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "junit.xml"
    path.write_text(REPORT)
    return path


def test_a_report_tells_what_became_of_each_spec_that_was_meant(report: Path) -> None:
    assert read_report(report, SUITES["kubernetes"]) == {
        "[sig-api-machinery] Watchers should see [Conformance]": Spec("passed"),
        "[sig-api-machinery] Watchers should fail [Conformance]": Spec("failed", "too late"),
        "[sig-api-machinery] ResourceQuota should verify a count [Conformance]": Spec("left out"),
    }


def test_what_fails_unexpectedly_and_what_passes_unexpectedly_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expected, "FAILING", {"known": "for a reason", "healed": "for another", "of another suite": "x"})
    specs = {"known": Spec("failed", "a"), "healed": Spec("passed"), "new": Spec("failed", "b"), "fine": Spec("passed")}
    assert expected.disagreements(specs) == ["new\n    b", "healed\n    passes now: remove it from FAILING"]


@pytest.mark.parametrize("name", SUITES)
def test_every_spec_that_does_not_pass_has_a_reason(name: str) -> None:
    why = {
        spec: expected.FAILING.get(spec, "") if ending == "failed" else SUITES[name].why_left_out(spec)
        for spec, ending in expected.seen(name).items()
        if ending != "passed"
    }
    assert all(why.values()), why


def test_every_reason_is_of_a_spec() -> None:
    seen = {spec for name in SUITES for spec in expected.seen(name)}
    assert set(expected.FAILING) <= seen
    for suite in SUITES.values():
        for reason in suite.left_out.values():
            assert reason in {suite.why_left_out(spec) for spec in seen}
