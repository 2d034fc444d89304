from __future__ import annotations

import pytest

from fakes.clusters import describe_cluster, open_cluster
from informer.errors import ConfigurationError


@pytest.mark.parametrize("call", [open_cluster, describe_cluster])
def test_a_name_that_is_none_is_refused_with_a_list_of_those_there_are(call: object) -> None:
    assert callable(call)
    with pytest.raises(ConfigurationError, match=r"no cluster 'kind'.*'fake'.*'control-plane'"):
        call("kind")
