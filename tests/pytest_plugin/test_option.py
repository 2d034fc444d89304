"""The option `--kube-cluster`: what it chooses, what it refuses, and which tests it deselects."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.clusters.fake import FakeCluster
from tests.clusters.scripted_kind import ScriptedKind

pytest_plugins = ["pytester"]

NEEDY = """
import pytest

def test_reads(kube_cluster):
    assert kube_cluster.kind_of

@pytest.mark.kube_cluster(needs="compact")
def test_compacts(kube_cluster):
    kube_cluster.compact()

@pytest.mark.kube_cluster(needs="restart")
@pytest.mark.kube_cluster(needs="compact")
def test_does_both(kube_cluster):
    kube_cluster.restart()
    kube_cluster.compact()
"""

WITHOUT_NEED_OF_IT = """
import importlib.util
import sys
def test_one():
    assert not {"kubernetes", "fakes", "greenlet", "hypothesis", "yaml", "informer.cluster"} & set(sys.modules)
"""

TELLS = """
def test_tells(kube_cluster):
    print("namespace", kube_cluster.namespace, "on", kube_cluster.kind_of, kube_cluster.url)
"""


@pytest.fixture(autouse=True)
def quick(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes most of the time of a small session: everybody else's plugins, collecting all garbage."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p informer.pytest_plugin -p no:unraisableexception")


@pytest.fixture
def behind() -> Iterator[FakeCluster]:
    with FakeCluster() as cluster:
        yield cluster


@pytest.fixture
def kind(tmp_path: Path, behind: FakeCluster, monkeypatch: pytest.MonkeyPatch) -> ScriptedKind:
    scripted = ScriptedKind(tmp_path / "kind", behind.kubeconfig)
    monkeypatch.setenv("PATH", str(scripted.folder))
    return scripted


def test_the_fake_is_the_default_and_can_do_everything(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(NEEDY)
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["kube cluster: fake: the in-memory API server on a loopback port"])


def test_kind_is_made_once_for_the_session_and_deleted_at_its_end(pytester: pytest.Pytester, kind: ScriptedKind) -> None:
    pytester.makepyfile("def test_one(kube_cluster): assert kube_cluster.kind_of == 'kind'\ndef test_two(kube_cluster): pass")
    pytester.runpytest_inprocess("--kube-cluster=kind").assert_outcomes(passed=2)
    assert [" ".join(call.split()[:2]) for call in kind.calls] == [
        "get clusters",
        "version",
        "get clusters",
        "create cluster",
        "delete cluster",
    ]
    assert kind.clusters == []


def test_tests_that_need_more_than_the_cluster_can_do_are_deselected_with_the_reason(pytester: pytest.Pytester, kind: ScriptedKind) -> None:
    pytester.makepyfile(NEEDY)
    result = pytester.runpytest_inprocess("--kube-cluster=kind", "-q")
    result.assert_outcomes(passed=1, deselected=2)
    result.stdout.fnmatch_lines(
        [
            "DESELECTED *::test_compacts: it needs 'compact', which --kube-cluster kind cannot do",
            "DESELECTED *::test_does_both: it needs 'compact', which --kube-cluster kind cannot do",
        ]
    )


def test_a_cluster_that_does_not_start_ends_the_session_with_what_it_said(pytester: pytest.Pytester, kind: ScriptedKind) -> None:
    pytester.makepyfile(TELLS)
    kind.break_down("create cluster", "no space left on device")
    result = pytester.runpytest_inprocess("--kube-cluster=kind")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["*the cluster did not start: `kind create cluster *` ended with 1:", "*no space left on device*"])


def test_what_this_machine_lacks_is_said_before_any_test_runs(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester.makepyfile(TELLS + "def test_other(): print('it ran')")
    monkeypatch.setenv("PATH", "")
    result = pytester.runpytest_inprocess("--kube-cluster=kind", "-s")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "it ran" not in result.stdout.str()
    result.stderr.fnmatch_lines(["ERROR: --kube-cluster: the command kind is not on PATH. *kind.sigs.k8s.io*"])


def test_a_choice_that_no_test_makes_use_of_is_not_looked_at(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_one(): pass")
    result = pytester.runpytest_inprocess("--kube-cluster=nonsense")
    result.assert_outcomes(passed=1)
    assert "kube cluster" not in result.stdout.str()


def test_a_kubeconfig_is_used_and_written_to_only_with_leave(pytester: pytest.Pytester, behind: FakeCluster) -> None:
    pytester.makepyfile(NEEDY + TELLS)
    result = pytester.runpytest_inprocess(f"--kube-cluster={behind.kubeconfig}")
    result.assert_outcomes(passed=1, failed=1, deselected=2)
    result.stdout.fnmatch_lines([f"kube cluster: *: {behind.url}, only to be read", "*refused to create a namespace*allow-writes*"])
    assert {request.verb for request in behind.api.requests} <= {"get", "list"}
    result = pytester.runpytest_inprocess(f"--kube-cluster={behind.kubeconfig}", "--kube-cluster-allow-writes", "-s")
    result.assert_outcomes(passed=2, deselected=2)
    result.stdout.fnmatch_lines([f"*namespace test-* on kubeconfig {behind.url}*"])


@pytest.mark.parametrize("mark", ["needs='fly'", "'compact'"])
def test_a_mark_that_says_something_else_is_an_error_that_says_how_it_is_written(pytester: pytest.Pytester, mark: str) -> None:
    pytester.makepyfile(f"import pytest\n@pytest.mark.kube_cluster({mark})\ndef test_flies(kube_cluster): pass")
    result = pytester.runpytest_inprocess("--strict-markers")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(['ERROR: *::test_flies: the mark kube_cluster is written @pytest.mark.kube_cluster(needs="compact") or *'])


def test_a_project_may_have_a_fixture_of_that_name_itself(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import pytest\n@pytest.fixture\ndef kube_cluster(): return 'mine'")
    pytester.makepyfile("import sys\ndef test_one(kube_cluster): assert kube_cluster == 'mine'")
    result = pytester.runpytest_inprocess("--kube-cluster=nonsense")
    result.assert_outcomes(passed=1)


def test_without_the_extra_the_fixtures_fail_saying_what_to_install(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "greenlet" else find(name))
    pytester.makepyfile(TELLS + "def test_other(fake_api_client): pass\ndef test_mine(): pass")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(["informer-kit's fixtures need greenlet*: pip install 'informer-kit[[]fakes]'"])


def test_the_marker_and_the_fixtures_are_listed(pytester: pytest.Pytester) -> None:
    listed = pytester.runpytest_inprocess("--fixtures", "-q").stdout.str()
    for fixture in ("fake_api_server", "fake_api_client", "fake_kubeconfig", "simulated_runtime", "kube_cluster"):
        assert f"\n{fixture} -- " in listed
    pytester.runpytest_inprocess("--markers").stdout.fnmatch_lines(["@pytest.mark.kube_cluster(needs): *"])


def test_a_session_that_uses_no_fixture_imports_nothing_but_the_plugin(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(WITHOUT_NEED_OF_IT)
    pytester.run(sys.executable, "-m", "pytest").assert_outcomes(passed=1)
