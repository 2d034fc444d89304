"""Other people's suites: each spec ends as it is expected to."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2e.suites import expected
from e2e.suites.clusters import cluster_for
from e2e.suites.running import run
from e2e.suites.suite import SUITES
from informer.errors import ConfigurationError

_SECONDS = 3600.0


def test_every_spec_ends_as_expected(suite_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    suite, option = SUITES[suite_name], request.config.getoption
    chosen, known = option("kube_cluster"), expected.seen(suite_name)
    only = expected.named(suite, option("focus")) if option("focus") else []
    try:
        with cluster_for(suite, chosen, allow_writes=option("kube_cluster_allow_writes")) as kubeconfig:
            specs = run(suite, kubeconfig, tmp_path, only=only, seconds=_SECONDS)
    except ConfigurationError as error:
        raise pytest.fail.Exception(f"{suite.title}: {error}", pytrace=False) from None
    if chosen == "fake" and not only:
        expected.write(suite_name, specs)
    differing = expected.disagreements(specs, only or known, expected.FAILING if chosen == "fake" else {})
    passed = sum(spec.ending == "passed" for spec in specs.values())
    print(f"{suite.title}: {passed} of {len(specs)} specs passed")
    assert not differing, "\n".join([f"{len(differing)} specs; the log is {tmp_path / 'log'}", *differing])
