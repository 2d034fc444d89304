"""What a DELETE says of itself: in its body, or else in its query; and which of it is refused."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.api_server.delete_options import DeleteOptions
from fakes.api_server.errors import StatusError
from fakes.api_server.requests import Parameters


def options(body: dict[str, Any] | None = None, **query: str) -> DeleteOptions:
    return DeleteOptions.of(Parameters(tuple(query.items())), body)


def refusal(body: dict[str, Any] | None = None, **query: str) -> StatusError:
    with pytest.raises(StatusError) as raised:
        options(body, **query)
    return raised.value


def test_without_a_word_nothing_is_said() -> None:
    assert options() == options({}) == DeleteOptions()


def test_the_query_and_the_body_say_the_same_in_their_own_ways() -> None:
    wanted = DeleteOptions(dry_run=True, policy="Foreground", grace=0, uid="u", version="7")
    assert options(dryRun="All", propagationPolicy="Foreground", gracePeriodSeconds="0", uid="u", resourceVersion="7") == wanted
    conditions = {"uid": "u", "resourceVersion": "7"}
    body = {"dryRun": ["All"], "propagationPolicy": "Foreground", "gracePeriodSeconds": 0, "preconditions": conditions}
    assert options(body) == wanted


def test_beside_a_body_nobody_looks_at_the_query() -> None:
    assert options({}, propagationPolicy="nonsense", gracePeriodSeconds="5") == DeleteOptions()


def test_no_grace_is_not_the_same_as_not_a_word_about_it() -> None:
    assert (options({"gracePeriodSeconds": 0}).grace, options({}).grace) == (0, None)
    assert (options({"orphanDependents": False}).orphan, options({}).orphan) == (False, None)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"propagationPolicy": "Later"}, 'propagationPolicy: Unsupported value: "Later"'),
        ({"propagationPolicy": "Orphan", "orphanDependents": "true"}, "orphanDependents and deletionPropagation cannot be both set"),
        ({"dryRun": "Some"}, "dryRun: Unsupported value"),
    ],
)
def test_what_makes_no_sense_is_a_422(said: dict[str, str], why: str) -> None:
    refused = refusal(None, **said)
    assert (refused.code, why in refused.message) == (422, True), refused.message


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"kind": "Status", "apiVersion": "v1"}, "converting (v1.Status) to (v1.DeleteOptions): unknown conversion"),
        ({"kind": "Pod", "apiVersion": "v1"}, 'no kind "Pod" is registered'),
        ({"gracePeriodSeconds": "five"}, "gracePeriodSeconds"),
    ],
)
def test_a_body_of_another_kind_or_with_other_types_is_a_400(body: dict[str, Any], why: str) -> None:
    refused = refusal(body)
    assert (refused.code, why in refused.message) == (400, True), refused.message
