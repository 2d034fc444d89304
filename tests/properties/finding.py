"""Finding: the search for a story in which a planted bug shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st


def find_story(play: Callable[..., None], *, shrink: bool = False, **parts: st.SearchStrategy[Any]) -> dict[str, Any]:
    """The first story, or with `shrink` the shortest, that `play` raises `AssertionError` for. `parts` draw its arguments.

    The same one every time. Raises `hypothesis.errors.NoSuchExample` when none of 3,000 shows anything.
    """

    def fails(story: dict[str, Any]) -> bool:
        try:
            play(**story)
        except AssertionError:
            return True
        return False

    return find(
        st.fixed_dictionaries(parts),
        fails,
        settings=settings(
            max_examples=3000,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        ),
    )
