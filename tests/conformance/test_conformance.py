"""The fake answers every script as a real kube-apiserver did, but for what is known."""

from __future__ import annotations

import pytest

from tests.conformance import scripts, table
from tests.conformance.known import KNOWN
from tests.conformance.outcome import difference, judge, recorded, same
from tests.conformance.running import on_the_fake
from tests.conformance.script import SCRIPTS, Script

assert scripts.__all__


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=lambda script: script.name)
def test_the_fake_answers_as_a_real_server_did(script: Script) -> None:
    real, fake = recorded(script.name), on_the_fake(script)
    if script.name in KNOWN:
        agrees = same(fake, real, ordered=script.ordered)
        assert not agrees, "the fake answers as the real server now: remove the entry from tests/conformance/known.py"
    else:
        assert same(fake, real, ordered=script.ordered), difference(fake, real, ordered=script.ordered)


def test_every_known_difference_is_of_a_script_and_has_a_reason() -> None:
    assert [name for name, reason in KNOWN.items() if name not in SCRIPTS or not reason] == []


def test_what_is_known_is_refused_by_name_or_is_a_rule_that_is_not_checked() -> None:
    assert {name: table.outcome_of(SCRIPTS[name]) for name in KNOWN if table.outcome_of(SCRIPTS[name]) not in ("refused", "accepts")} == {}


@pytest.mark.parametrize(
    ("fake", "real", "outcome"),
    [
        ([200, 201], [200, 201], "agrees"),
        ([200, 501], [200, 200], "refused"),
        ([200, 201], [200, 422], "accepts"),
        ([404, 201], [200, 422], "differs"),
        ([200, 201], [200, 500], "differs"),
        ([200, 422], [200, 201], "differs"),
    ],
)
def test_the_outcome_is_that_of_the_answers_that_differ(fake: list[int], real: list[int], outcome: str) -> None:
    one, other = ([{"code": code} for code in codes] for codes in (fake, real))
    assert judge(one, other, ordered=False) == outcome


def test_every_script_is_in_a_section_of_the_table() -> None:
    assert {script.section for script in SCRIPTS.values()} == set(table.SECTIONS)


def test_the_fidelity_table_is_up_to_date() -> None:
    assert table.FILE.read_text(encoding="utf-8") == table.render(), "write it anew: python -m tests.conformance.table"
