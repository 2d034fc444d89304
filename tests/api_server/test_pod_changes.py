"""What an update may do to a pod: the image, a shorter deadline and more tolerations; all else is told with its diff."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.api_server.builtin.internals import difference
from fakes.api_server.builtin.pod_changes import pod_changes


def pod(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}], **spec}}


def faults(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [f"{cause.field}: {cause.message.splitlines()[0]}" for cause in pod_changes(pod(**after), pod(**before))]


NOTHING_ELSE = (
    "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {}, []),
        ({}, {"containers": [{"name": "c", "image": "other"}]}, []),
        ({}, {"activeDeadlineSeconds": 10}, []),
        ({"activeDeadlineSeconds": 20}, {"activeDeadlineSeconds": 10}, []),
        ({}, {"tolerations": [{"key": "a"}]}, []),
        ({}, {"hostNetwork": True}, [NOTHING_ELSE]),
        ({}, {"containers": [{"name": "d", "image": "i"}]}, [NOTHING_ELSE]),
        ({"terminationGracePeriodSeconds": -1}, {"terminationGracePeriodSeconds": 1}, []),
        ({"terminationGracePeriodSeconds": 5}, {"terminationGracePeriodSeconds": 1}, [NOTHING_ELSE]),
    ],
)
def test_only_a_few_fields_may_change(before: dict[str, Any], after: dict[str, Any], told: list[str]) -> None:
    assert faults(before, after) == told


def test_a_deadline_may_not_become_longer() -> None:
    assert faults({"activeDeadlineSeconds": 10}, {"activeDeadlineSeconds": 20})[0].startswith("spec.activeDeadlineSeconds: ")


def test_the_diff_is_one_of_lines_of_the_servers_own_structs() -> None:
    lines = difference(pod()["spec"], pod(nodeName="n")["spec"], "PodSpec").splitlines()
    assert [line for line in lines if line.startswith(("-", "+"))] == ['- "NodeName": "",', '+ "NodeName": "n",']
