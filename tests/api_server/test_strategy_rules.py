"""How a Deployment may go from one template to the next."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.api_server.builtin.strategy_rules import strategy_faults


def rolling(**limits: Any) -> dict[str, Any]:
    return {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%", **limits}}


def told(strategy: dict[str, Any]) -> list[str]:
    return [f"{cause.field.removeprefix('spec.strategy')}: {cause.message}" for cause in strategy_faults(strategy)]


@pytest.mark.parametrize(
    "strategy",
    [{"type": "Recreate"}, rolling(), rolling(maxUnavailable=0, maxSurge=1), rolling(maxSurge=0), rolling(maxSurge="150%")],
)
def test_a_strategy_that_can_go_on_is_taken(strategy: dict[str, Any]) -> None:
    assert told(strategy) == []


def test_who_recreates_does_not_roll() -> None:
    assert told({**rolling(), "type": "Recreate"}) == [".rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"]


def test_a_type_that_nobody_knows_is_told_with_the_whole_strategy() -> None:
    (text,) = told({"type": "Hurry"})
    assert text.startswith(': Unsupported value: {"Type":"Hurry"')
    assert text.endswith('supported values: "Recreate", "RollingUpdate"')


@pytest.mark.parametrize("none", [0, "0%"])
def test_a_roll_that_may_take_nothing_away_and_add_nothing_cannot_begin(none: int | str) -> None:
    assert [each.rpartition(": ")[2] for each in told(rolling(maxUnavailable=none, maxSurge=none))] == ["may not be 0 when `maxSurge` is 0"]


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"maxSurge": "many"}, "a valid percent string must be a numeric string followed by an ending '%'"),
        ({"maxSurge": -1}, "must be greater than or equal to 0"),
        ({"maxUnavailable": "101%"}, "must not be greater than 100%"),
    ],
)
def test_a_limit_is_a_number_or_a_percentage_and_no_more_than_all_may_go(limits: dict[str, Any], why: str) -> None:
    (text,) = told(rolling(**limits))
    assert why in text
