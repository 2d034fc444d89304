"""The same seed, schedule and program give the same run, whatever the process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.simulation import Schedule, SimulatedRuntime
from tests.simulation.program import story
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("seed", range(10))
def test_the_same_seed_gives_the_same_run_twice(seed: int) -> None:
    assert story(seed) == story(seed)


def test_the_same_seed_gives_the_same_run_in_processes_that_hash_differently() -> None:
    stories = [
        subprocess.run(
            [sys.executable, "-m", "tests.simulation.program", "12"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE,
        ).stdout.splitlines()
        for hash_seed in ("1", "2")
    ]
    assert stories[0] == stories[1] == story(12)[0]
    assert len(stories[0]) > 100


def test_seeds_differ_in_order_and_in_chance() -> None:
    assert len({tuple(story(seed)[0]) for seed in range(10)}) == 10


@pytest.mark.parametrize("seed", range(10))
def test_the_schedule_of_a_seeded_run_repeats_its_order_under_any_runtime_with_that_chance(seed: int) -> None:
    steps, schedule = story(seed)
    assert story(seed, schedule) == (steps, schedule)


def test_seeds_deviate_from_first_in_first_out() -> None:
    assert sum(story(seed)[0] != story(seed, Schedule())[0] for seed in range(20)) > 10


def test_chance_uuids_and_order_do_not_disturb_one_another() -> None:
    plain, busy = SimulatedRuntime(5), SimulatedRuntime(5, schedule=Schedule(((0, 1),)))
    for _ in range(7):
        busy.random.random()
    assert [plain.uuid() for _ in range(3)] == [busy.uuid() for _ in range(3)]
    for _ in range(7):
        plain.random.random()
    assert plain.random.random() == busy.random.random()


def test_the_streams_of_a_seed_are_what_they_were_in_earlier_releases() -> None:
    runtime = SimulatedRuntime(1)
    assert (runtime.uuid(), runtime.random.randrange(1000)) == ("56d52a94-698f-4e09-9672-5da7cb839ed1", 298)
    assert Schedule.from_seed(1, 60) == Schedule.from_seed(1, 31) == Schedule(((30, 59),))
    assert Schedule.from_seed(1, 30) == Schedule()
