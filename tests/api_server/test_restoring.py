"""What a merged object that does not fit is told: in the order of the structs' fields, by the types wanted and sent."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.api_server.patching.restoring import complaint

DEPLOYMENT, CONFIG_MAP = "io.k8s.api.apps.v1.Deployment", "io.k8s.api.core.v1.ConfigMap"


@pytest.mark.parametrize(
    ("document", "schema", "told"),
    [
        ({"data": {"a": "1"}}, CONFIG_MAP, ""),
        ({"data": None, "metadata": None}, CONFIG_MAP, ""),
        ({"data": []}, CONFIG_MAP, "cannot restore map from slice"),
        ({"metadata": "x"}, CONFIG_MAP, "cannot restore struct from: string"),
        ({"metadata": 1, "immutable": "x"}, CONFIG_MAP, "cannot restore struct from: int64"),
        ({"spec": {"template": {"spec": {"containers": {}}}}}, DEPLOYMENT, "cannot restore slice from map"),
        ({"spec": {"nosuch": 1}}, DEPLOYMENT, ""),
    ],
)
def test_the_first_field_that_does_not_fit_is_told(document: dict[str, Any], schema: str, told: str) -> None:
    assert complaint(document, schema) == told
