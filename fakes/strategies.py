"""Hypothesis strategies: what a simulated run may be given."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from fakes.histories import Compact, Create, Delete, Disconnect, Elsewhere, Pause, Recreate, Refuse, Reset, Step, Update
from fakes.simulation.schedule import Schedule

# Of growing size, so that short programs are deviated from too, not only long ones.
_STEPS = st.integers(0, 15) | st.integers(0, 255) | st.integers(0, 4095)
_PICKS = st.integers(1, 6)


def schedules(max_deviations: int = 8) -> SearchStrategy[Schedule]:
    """Schedules of at most `max_deviations`, which shrink to first in, first out: fewer, earlier and smaller deviations."""
    deviations = st.lists(st.tuples(_STEPS, _PICKS), max_size=max_deviations, unique_by=lambda deviation: deviation[0])
    return deviations.map(lambda drawn: Schedule(tuple(sorted(drawn))))


def histories(max_steps: int = 20, names: tuple[str, ...] = ("a", "b", "c")) -> SearchStrategy[tuple[Step, ...]]:
    """Histories of at most `max_steps`, about objects of these names, which shrink to fewer and plainer steps."""
    name = st.sampled_from(names)
    change = st.builds(Create, name) | st.builds(Update, name) | st.builds(Delete, name) | st.builds(Recreate, name)
    trouble = (
        st.just(Compact())
        | st.builds(Reset, st.sampled_from((0.0, 5.0)))
        | st.builds(Disconnect, st.booleans())
        | st.builds(Refuse, st.sampled_from(("list", "watch")), st.sampled_from((500, 410, 429, 403)), st.sampled_from((1, 3, 200)))
    )
    calm = st.builds(Pause, st.sampled_from((0.1, 1.0, 10.0, 70.0, 700.0))) | st.just(Elsewhere())
    return st.lists(change | trouble | calm, max_size=max_steps).map(tuple)
