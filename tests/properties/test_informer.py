"""The informer on drawn histories under drawn schedules: what must hold whatever happens."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fakes import Schedule
from fakes.histories import Step
from fakes.strategies import histories, schedules
from tests.properties.stories import survive


@settings(max_examples=300)
@given(history=histories(), schedule=schedules(), late=st.integers(0, 20))
def test_the_informer_converges_and_tells_a_legal_story(history: tuple[Step, ...], schedule: Schedule, late: int) -> None:
    survive(history, schedule, late)


@settings(max_examples=30)
@given(history=histories(max_steps=60), seed=st.integers(0, 2**32))
def test_longer_histories_too(history: tuple[Step, ...], seed: int) -> None:
    survive(history, Schedule.from_seed(seed, 2000))
