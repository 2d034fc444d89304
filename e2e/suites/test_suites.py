"""Other people's suites: each spec ends as it is expected to."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2e.suites import expected
from e2e.suites.clusters import cluster_for
from e2e.suites.running import run
from e2e.suites.suite import SUITES

_SECONDS = 3600.0


@pytest.mark.parametrize("name", SUITES)
def test_every_spec_ends_as_expected(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    suite, chosen, focus = SUITES[name], request.config.getoption("kube_cluster"), request.config.getoption("focus")
    if name not in (request.config.getoption("suite") or SUITES):
        pytest.skip("another suite was asked for")
    suite.program()
    with cluster_for(suite, chosen) as kubeconfig:
        specs = run(suite, kubeconfig, tmp_path, focus=focus, seconds=_SECONDS)
    assert any(spec.ending != "left out" for spec in specs.values()), f"no spec of {suite.title} was run; see {tmp_path / 'log'}"
    if chosen == "fake":
        if not focus:
            expected.write(name, specs)
        differing = expected.disagreements(specs)
    else:
        differing = [f"{spec}\n    {result.why}" for spec, result in specs.items() if result.ending == "failed"]
    passed = sum(spec.ending == "passed" for spec in specs.values())
    print(f"{suite.title}: {passed} of {len(specs)} specs passed")
    assert not differing, "\n".join([f"{len(differing)} specs; the log is {tmp_path / 'log'}", *differing])
