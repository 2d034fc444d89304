"""The conformance suite over real HTTP: on a real control plane its expectations hold, and on the served fake, but for what is known.

All scripts are played once, side by side, when the first test asks for its own.
"""

from __future__ import annotations

import inspect

import pytest

from fakes.clusters import Cluster, abilities_of
from tests.conformance import scripts
from tests.conformance.known import KNOWN
from tests.conformance.outcome import difference, recorded, same
from tests.conformance.running import Seen, on_a_cluster
from tests.conformance.script import SCRIPTS, Script

assert scripts.__all__

COMPARABLE = ("control-plane", "fake")
"""Other clusters have controllers, a scheduler or another version, and answer otherwise for it."""


def compacts(script: Script) -> bool:
    return inspect.isgeneratorfunction(script.play)


PARAMETERS = [
    pytest.param(script, id=script.name, marks=pytest.mark.kube_cluster(needs="compact") if compacts(script) else ())
    for script in SCRIPTS.values()
]


_PLAYED: dict[str, dict[str, Seen | BaseException]] = {}


def played(cluster: Cluster) -> dict[str, Seen | BaseException]:
    """What was seen on the cluster, which is asked once."""
    if cluster.url not in _PLAYED:
        can_compact = "compact" in abilities_of(cluster.kind_of)
        _PLAYED[cluster.url] = on_a_cluster([script for script in SCRIPTS.values() if can_compact or not compacts(script)], cluster)
    return _PLAYED[cluster.url]


@pytest.mark.parametrize("script", PARAMETERS)
def test_a_cluster_answers_as_expected(cluster: Cluster, script: Script) -> None:
    if cluster.kind_of not in COMPARABLE:
        pytest.skip(f"the suite knows what {' and '.join(COMPARABLE)} answer")
    seen = played(cluster)[script.name]
    if isinstance(seen, BaseException):
        raise seen
    expected = recorded(script.name)
    if cluster.kind_of == "fake" and (script.ahead or script.name in KNOWN):
        return  # what it answers instead is judged in process
    assert same(seen, expected, ordered=script.ordered), difference(seen, expected, ordered=script.ordered)
