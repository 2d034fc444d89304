"""A schedule: where the order of tasks deviates from first in, first out.

A choice point is a moment when more than one task is ready; choice points are numbered from 0. A schedule is a short list of deviations,
not a decision per step, so that it is cheap to draw, reads well and shrinks to the empty list.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile

_MEAN_GAPS = (5, 20, 100)  # choice points from one deviation to the next; drawn once per seed, so that some seeds stay close to FIFO
_PICKS = 60  # divisible by 1 to 6: up to seven ready tasks are picked evenly


@dataclass(frozen=True, slots=True)
class Schedule:
    """`deviations` are pairs `(step, pick)` in order of step: at choice point `step`, run the `pick`-th task behind the first one.

    The first would run otherwise, so every deviation changes the order; picks count around when fewer tasks are ready. `Schedule()` is
    first in, first out. Raises `ValueError` for steps that are negative or do not ascend, and for picks below 1.
    """

    deviations: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        steps = [step for step, _ in self.deviations]
        if any(step < 0 for step in steps) or any(step >= after for step, after in pairwise(steps)):
            raise ValueError(f"the steps of a schedule ascend from 0 on; got {steps}")
        if any(pick < 1 for _, pick in self.deviations):
            raise ValueError(f"a pick is 1 or more; got {self.deviations}")

    @classmethod
    def from_seed(cls, seed: int, choices: int) -> Schedule:
        """What a runtime with `seed` and no schedule does in its first `choices` choice points."""
        return cls(tuple(takewhile(lambda deviation: deviation[0] < choices, seeded_deviations(seed))))


def substream(seed: int, use: str) -> random.Random:
    """The chance of one use, so that a draw more in one place shifts nothing elsewhere. Does not depend on `hash`."""
    return random.Random(f"{seed} {use}")  # noqa: S311  (nothing here is a secret)


def seeded_deviations(seed: int) -> Iterator[tuple[int, int]]:
    """The endless deviations of a seed, the same whatever the program does with them."""
    chance = substream(seed, "sched")
    longest_gap = 2 * chance.choice(_MEAN_GAPS) - 1
    step = -1
    while True:
        step += chance.randint(1, longest_gap)
        yield step, chance.randint(1, _PICKS)
