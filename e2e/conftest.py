"""The cluster of these tests: the one `--kube-cluster` chooses, started once per session, with a fresh namespace for each test.

Where the choice cannot run on this machine pytest stops at once and says what to install; nothing is skipped for it.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from fakes.clusters import CLUSTERS, Cluster, ClusterError, describe_cluster, open_cluster
from informer.errors import ConfigurationError

_DEFAULT = "control-plane"
_DESCRIPTION = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    help_text = f"the cluster the e2e tests run on: {', '.join(CLUSTERS)} (default: {_DEFAULT})"
    parser.addoption("--kube-cluster", default=_DEFAULT, metavar="NAME", help=help_text)


def pytest_configure(config: pytest.Config) -> None:
    try:
        config.stash[_DESCRIPTION] = describe_cluster(config.getoption("kube_cluster", _DEFAULT))
    except ConfigurationError as error:
        raise pytest.UsageError(f"--kube-cluster: {error}") from error


def pytest_report_header(config: pytest.Config) -> str:
    return f"cluster: {config.stash[_DESCRIPTION]}"


def _on_terminate(number: int, frame: object) -> None:
    raise KeyboardInterrupt


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """The running cluster. Its start is shown, since it may have to build its programs first; SIGTERM ends it as an interrupt does."""
    before = signal.signal(signal.SIGTERM, _on_terminate)
    capture = request.config.pluginmanager.getplugin("capturemanager")
    assert capture is not None
    try:
        with capture.global_and_fixture_disabled():
            opened = open_cluster(request.config.getoption("kube_cluster", _DEFAULT))
    except (ConfigurationError, ClusterError) as error:
        pytest.exit(f"the cluster did not start: {error}", returncode=pytest.ExitCode.USAGE_ERROR)
    with opened:
        yield opened
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """A namespace of this test's own. Brings an API server back that the test left stopped."""
    name = cluster.namespace()
    yield name
    if not cluster.running:
        cluster.stop()
        cluster.start()
    cluster.delete_namespace(name)
