from __future__ import annotations

import pytest

from fakes.clusters import abilities_of, describe_cluster, open_cluster
from informer.errors import ConfigurationError


@pytest.mark.parametrize("call", [open_cluster, describe_cluster])
def test_a_name_that_is_none_is_refused_with_a_list_of_those_there_are(call: object) -> None:
    assert callable(call)
    with pytest.raises(ConfigurationError, match=r"no cluster 'kid', and no kubeconfig.*'fake'.*'control-plane'.*'kind'"):
        call("kid")


def test_only_the_clusters_whose_api_server_we_run_can_be_compacted_and_restarted() -> None:
    able = {name: sorted(abilities_of(name)) for name in ("fake", "control-plane", "kind")}
    assert able == {"fake": ["compact", "restart"], "control-plane": ["compact", "restart"], "kind": []}
