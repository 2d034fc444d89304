"""The pytest plugin: fixtures that give a test an API server, a simulation or a cluster.

It is loaded in every project where informer-kit is installed, so it imports nothing but pytest until a test asks for one of its fixtures. A
project may have a `fakes` of its own: then these fixtures fail and say why, and nothing else changes.
"""

from __future__ import annotations

import importlib.util
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

    from fakes import FakeAPIServer, SimulatedRuntime
    from fakes.clusters import Cluster, KubeCluster

_DEFAULT = "fake"
_MARK = "kube_cluster"
_CLUSTER = pytest.StashKey[str]()
_DESELECTED = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("informer-kit", "Kubernetes clusters for tests (informer-kit)")
    group.addoption(
        "--kube-cluster",
        default=_DEFAULT,
        metavar="fake|control-plane|kind|PATH",
        help="what the fixture kube_cluster gives: the in-memory fake (the default), a real control plane built from Go modules, "
        "a kind cluster, or the cluster of the kubeconfig at PATH",
    )
    group.addoption(
        "--kube-cluster-allow-writes",
        action="store_true",
        help="let tests write to the cluster of the kubeconfig that --kube-cluster names",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f'{_MARK}(needs): the test needs a cluster that can do this: "compact" or "restart"')


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """If a test uses the cluster, look whether this machine has it, and deselect what asks too much of it."""
    users = [item for item in items if "_kube_cluster_of_session" in getattr(item, "fixturenames", ())]
    if not users or _trouble_with_fakes() is not None:
        return
    from fakes.clusters import describe_cluster
    from informer.errors import ConfigurationError

    chosen: str = config.getoption("kube_cluster")
    reasons = {item: reason for item in users if (reason := _reason_to_deselect(item, chosen))}
    try:
        config.stash[_CLUSTER] = describe_cluster(chosen, allow_writes=config.getoption("kube_cluster_allow_writes"))
    except ConfigurationError as error:
        raise pytest.UsageError(f"--kube-cluster: {error}") from error
    if reasons:
        items[:] = [item for item in items if item not in reasons]
        config.hook.pytest_deselected(items=list(reasons))
        config.stash[_DESELECTED] = [f"DESELECTED {item.nodeid}: {reason}" for item, reason in reasons.items()]


def _reason_to_deselect(item: pytest.Item, chosen: str) -> str | None:
    from fakes.clusters import ABILITIES, abilities_of

    can = abilities_of(chosen)
    for mark in item.iter_markers(_MARK):
        need = mark.kwargs.get("needs")
        if mark.args or len(mark.kwargs) != 1 or need not in ABILITIES:
            written = " or ".join(f'@pytest.mark.{_MARK}(needs="{ability}")' for ability in ABILITIES)
            raise pytest.UsageError(f"{item.nodeid}: the mark {_MARK} is written {written}")
        if need not in can:
            return f"it needs {need!r}, which --kube-cluster {chosen} cannot do"
    return None


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    return [f"kube cluster: {config.stash[_CLUSTER]}"] if _CLUSTER in config.stash else []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if _DESELECTED in config.stash:
        terminalreporter.section("deselected for want of what the kube cluster can do")
        for line in config.stash[_DESELECTED]:
            terminalreporter.write_line(line)


@pytest.fixture
def simulated_runtime(request: pytest.FixtureRequest) -> Iterator[SimulatedRuntime]:
    """A `fakes.SimulatedRuntime`: one thread, virtual time, an order that its seed decides. Run the test's story with its `run`.

    During the test it is also the current runtime, so that a `SharedInformerFactory` made outside `run` is in the simulation too. The seed
    is 0, or what the test asks for: `@pytest.mark.parametrize("simulated_runtime", range(20), indirect=True)`.
    """
    _require_fakes()
    from fakes import SimulatedRuntime
    from informer.runtime import set_current_runtime

    runtime = SimulatedRuntime(seed=getattr(request, "param", 0))
    set_current_runtime(runtime)
    yield runtime
    set_current_runtime(None)


@pytest.fixture
def fake_api_server(request: pytest.FixtureRequest) -> Iterator[FakeAPIServer]:
    """A `fakes.FakeAPIServer` of this test's own, empty. In a test that uses `simulated_runtime` it is in that simulation."""
    _require_fakes()
    from fakes import FakeAPIServer

    if "simulated_runtime" in request.fixturenames:
        request.getfixturevalue("simulated_runtime")
    api = FakeAPIServer()
    yield api
    api.close()


@pytest.fixture
def fake_api_client(fake_api_server: FakeAPIServer) -> Iterator[ApiClient]:
    """The official client with `fake_api_server` behind it: no sockets, no threads."""
    with fake_api_server.api_client() as client:
        yield client


@pytest.fixture
def fake_kubeconfig(fake_api_server: FakeAPIServer) -> Iterator[Path]:
    """The path of a kubeconfig for `fake_api_server`, which is served on a loopback port for the test. Not in a simulation."""
    with fake_api_server.serve() as served:
        yield served.kubeconfig


@pytest.fixture
def kube_cluster(_kube_cluster_of_session: Cluster) -> Iterator[KubeCluster]:
    """A `fakes.clusters.KubeCluster`: the cluster that `--kube-cluster` chooses, and a fresh namespace for this test."""
    from fakes.clusters import KubeCluster

    mine = KubeCluster(_kube_cluster_of_session)
    yield mine
    mine.finish()


@pytest.fixture(scope="session")
def _kube_cluster_of_session(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """The running cluster. Its start is shown, since it may take minutes. pytest stops where it fails: no test could pass."""
    _require_fakes()
    from fakes.clusters import ClusterError, open_cluster
    from fakes.clusters.sigterm import sigterm_as_interrupt
    from informer.errors import ConfigurationError

    capture = request.config.pluginmanager.getplugin("capturemanager")
    option = request.config.getoption
    with sigterm_as_interrupt():
        try:
            with capture.global_and_fixture_disabled():
                cluster = open_cluster(option("kube_cluster"), allow_writes=option("kube_cluster_allow_writes"))
        except (ConfigurationError, ClusterError) as error:
            pytest.exit(f"the cluster did not start: {error}", returncode=pytest.ExitCode.USAGE_ERROR)
        with cluster:
            yield cluster


def _require_fakes() -> None:
    trouble = _trouble_with_fakes()
    if trouble is not None:
        pytest.fail(trouble, pytrace=False)


def _trouble_with_fakes() -> str | None:
    """Why the kit's `fakes` cannot be used here, if so. What is not ours is looked at, and not imported."""
    ours = Path(__file__).resolve().parents[1] / "fakes"
    there = _place_of("fakes")
    if there is None or there.resolve().parent != ours:
        return _SHADOWED.format(theirs=there or "a namespace package")
    import fakes

    for folder in fakes.__path__:
        theirs = {module.name for module in pkgutil.iter_modules([folder])} if Path(folder).resolve() != ours else set()
        for name in sorted(theirs.intersection(module.name for module in pkgutil.iter_modules([str(ours)]))):
            return _SHADOWED.format(theirs=Path(folder, name))
    if importlib.util.find_spec("greenlet") is None:
        return "informer-kit's fixtures need greenlet, which is not installed here: pip install 'informer-kit[fakes]'"
    return None


def _place_of(package: str) -> Path | None:
    """The file that `import package` reads, or has read."""
    if package in sys.modules:
        place = getattr(sys.modules[package], "__file__", None)
    else:
        spec = importlib.util.find_spec(package)
        place = spec and spec.origin
    return Path(place) if place else None


_SHADOWED = (
    "informer-kit's fixtures need its package `fakes`, and this project has one of its own in the way: {theirs}. To use the fixtures, "
    "rename it, or move it into a package (such as tests/helpers/fakes.py, imported as tests.helpers.fakes). All else works as it did."
)
