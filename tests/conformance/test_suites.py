"""Other people's suites, without running one: what is made of their reports, and that their programs end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from e2e.suites import conftest, expected
from e2e.suites.clusters import cluster_for
from e2e.suites.running import Spec, read_report
from e2e.suites.suite import SUITES
from fakes.clusters.control_plane import build as build_module
from fakes.transport.kubeconfig import kubeconfig, write_kubeconfig
from informer.errors import ConfigurationError
from tests.processes import exists, kill
from tests.waiting import eventually

REPORT = """<?xml version="1.0"?>
<testsuites><testsuite>
  <testcase name="[SynchronizedBeforeSuite]" status="passed"/>
  <testcase name="[It] [sig-api-machinery] Watchers should see [Conformance] [sig-api-machinery, Conformance]" status="passed"/>
  <testcase name="[It] [sig-api-machinery] Watchers should hear" status="passed"/>
  <testcase name="[It] [sig-api-machinery] Watchers should fail [Conformance]" status="failed"><failure message="too late"/></testcase>
  <testcase name="[It] [sig-api-machinery] ResourceQuota should verify a count [Conformance]" status="skipped"/>
  <testcase name="[It] [sig-api-machinery] Watchers should wait [Conformance]" status="skipped"/>
  <testcase name="[It] [sig-api-machinery] Watchers should go [Conformance]" status="skipped"><skipped message="skipped - no"/></testcase>
  <testcase name="[It] [sig-api-machinery] Watchers should pend [Conformance]" status="pending"><skipped message="pending"/></testcase>
  <testcase name="[It] [sig-storage] Volumes should hold [Conformance]" status="skipped"/>
  <testcase name="[It] [sig-storage] Volumes should fail [Conformance]" status="failed"><failure message="of another focus"/></testcase>
  <testcase name="[AfterSuite]" status="failed"><failure message="something is left"/></testcase>
</testsuite></testsuites>
"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "junit.xml"
    path.write_text(REPORT)
    return path


def test_a_report_tells_what_became_of_each_spec_that_was_meant(report: Path) -> None:
    suite = SUITES["kubernetes"]
    assert read_report(report, suite, suite.focus) == {
        "[sig-api-machinery] Watchers should see [Conformance]": Spec("passed"),
        "[sig-api-machinery] Watchers should fail [Conformance]": Spec("failed", "too late"),
        "[sig-api-machinery] ResourceQuota should verify a count [Conformance]": Spec("left out"),
        "[sig-api-machinery] Watchers should wait [Conformance]": Spec("skipped", "it was not run"),
        "[sig-api-machinery] Watchers should go [Conformance]": Spec("skipped", "skipped - no"),
        "[sig-api-machinery] Watchers should pend [Conformance]": Spec("skipped", "pending"),
        "[AfterSuite]": Spec("failed", "something is left"),
    }


def test_what_ends_otherwise_than_expected_is_named() -> None:
    specs = {
        "known": Spec("failed", "a"),
        "healed": Spec("passed"),
        "bad": Spec("failed", "b"),
        "skipped": Spec("skipped", "c"),
        "fine": Spec("passed"),
        "unheard of": Spec("passed"),
    }
    failing = {"known": "for a reason", "healed": "for another", "of another suite": "x"}
    assert expected.disagreements(specs, ["known", "healed", "bad", "skipped", "fine", "lost"], failing) == [
        "bad\n    failed: b",
        "skipped\n    skipped: c",
        "healed\n    passes now: remove it from FAILING",
        "lost\n    is there no more",
        "unheard of\n    is new",
    ]


def test_a_focus_narrows_the_focus_of_the_suite_itself() -> None:
    suite = SUITES["kubernetes"]
    named = expected.named(suite, "Namespaces")
    assert named
    assert all("Namespaces" in name and "[Conformance]" in name and "[sig-api-machinery]" in name for name in named)
    assert not [name for name in expected.named(suite, "") if suite.why_left_out(name)]


def test_a_focus_chooses_the_suites_that_have_such_a_spec() -> None:
    assert conftest.chosen_suites(list(SUITES), "Namespaces should") == ["kubernetes"]
    assert conftest.chosen_suites(list(SUITES), "") == list(SUITES)
    with pytest.raises(pytest.UsageError, match="no spec of controller-runtime or kubernetes has a name that matches 'Nonsense'"):
        conftest.chosen_suites(list(SUITES), "Nonsense")
    with pytest.raises(pytest.UsageError, match="no spec of kubernetes has a name that matches 'AdmissionWebhook', or it is left out"):
        conftest.chosen_suites(["kubernetes"], "AdmissionWebhook")


def test_a_suite_runs_on_somebodys_cluster_only_with_leave_to_write(tmp_path: Path) -> None:
    suite, theirs = SUITES["kubernetes"], write_kubeconfig(tmp_path / "config", kubeconfig("http://127.0.0.1:1"))
    refused = pytest.raises(ConfigurationError, match=r"refused to run Kubernetes, .* Pass --kube-cluster-allow-writes")
    with refused, cluster_for(suite, str(theirs)):
        pass
    with cluster_for(suite, str(theirs), allow_writes=True) as given:
        assert given == theirs


def test_without_go_the_error_names_the_suite_and_what_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_module, "_go_of_pypi", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("INFORMER_KIT_CACHE", str(tmp_path))
    with pytest.raises(ConfigurationError) as caught:
        SUITES["kubernetes"].program()
    said = str(caught.value)
    assert said.startswith(
        f"the tests of k8s.io/kubernetes/test/e2e {SUITES['kubernetes'].module.version} are built here, and this machine has not"
    )
    assert "https://go.dev/dl" in said
    assert not [word for word in ("control plane ", "KUBEBUILDER_ASSETS", "Docker") if word in said]


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


RUNS = """
import sys
from pathlib import Path
from e2e.suites import running
from e2e.suites.suite import SUITES, Suite

class Endless(Suite):
    def program(self):
        return Path("endless").resolve()

running._SECONDS_BETWEEN_LINES = 0.05
running.run(Endless("endless", "Endless", SUITES["kubernetes"].module, ()), Path("kubeconfig"), Path().resolve(), seconds=600)
"""
ENDLESS = """#!/bin/sh
sleep 600 &
echo $$ $! >ids.part
mv ids.part ids
wait
"""


SIGKILL, SIGTERM = 9, 15


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the children of a killed parent")
@pytest.mark.parametrize("how", [SIGTERM, SIGKILL])
def test_the_program_of_a_suite_ends_with_the_python_that_runs_it(how: int, tmp_path: Path) -> None:
    program, ids = tmp_path / "endless", tmp_path / "ids"
    program.write_text(ENDLESS)
    program.chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen([sys.executable, "-c", RUNS], cwd=tmp_path, env=environment, stderr=subprocess.PIPE) as python:
        assert python.stderr is not None
        eventually(ids.exists)
        python.stderr.readline()  # it follows the suite
        python.send_signal(how)
    suite, helper = map(int, ids.read_text().split())
    try:
        eventually(lambda: not exists(suite), what="the suite has ended")
        if how == SIGTERM:
            eventually(lambda: not exists(helper), what="and what it had started")
    finally:
        kill(suite, helper)
