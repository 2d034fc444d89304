"""Fields that count something are not less than nothing."""

from __future__ import annotations

import pytest

from fakes.api_server.builtin.count_rules import count_faults


@pytest.mark.parametrize(("resource", "field"), [("deployments.apps", "replicas"), ("jobs.batch", "backoffLimit")])
def test_less_than_nothing_is_refused_and_nothing_is_not(resource: str, field: str) -> None:
    (cause,) = count_faults(resource, {"spec": {field: -1}})
    assert (cause.field, cause.message) == (f"spec.{field}", "Invalid value: -1: must be greater than or equal to 0")
    assert list(count_faults(resource, {"spec": {field: 0}})) == []


def test_each_count_is_told_in_the_order_of_the_rules() -> None:
    causes = count_faults("deployments.apps", {"spec": {"minReadySeconds": -2, "replicas": -1}})
    assert [cause.field for cause in causes] == ["spec.replicas", "spec.minReadySeconds"]


@pytest.mark.parametrize("document", [{}, {"spec": None}, {"spec": {}}, {"spec": {"replicas": None}}])
def test_what_is_not_said_is_not_looked_at(document: dict[str, object]) -> None:
    assert list(count_faults("deployments.apps", document)) == []


def test_a_kind_without_counts_may_say_what_it_likes() -> None:
    assert list(count_faults("configmaps", {"spec": {"replicas": -1}})) == []
