"""Script: a named sequence of requests, one for each row of what a client can see of an API server.

A script that needs history to be compacted is a generator: what it yields is the wish for a compaction, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.conformance.session import Session

Play = Callable[[Session], Iterator[None] | None]


@dataclass(frozen=True, slots=True)
class Script:
    """`name` begins with the number of a section (`tests/conformance/table.py` has their titles).

    managedFields are compared where `managed`, the order of keys where `ordered`: else they would hide every other difference. `verbatim`
    bodies are compared letter by letter; with `headers`, all are that do not belong to the transport. One that is `ahead` looks at what a
    controller has not come to yet: a real one takes a moment for it, those of a fake cluster take none. One that is `attended` looks at
    what the garbage collector and the namespace controller do; the fakes of the others have neither.
    """

    name: str
    play: Play
    managed: bool = False
    ordered: bool = False
    verbatim: bool = False
    headers: bool = False
    ahead: bool = False
    attended: bool = False

    @property
    def section(self) -> str:
        return self.name.split(" ", 1)[0]


SCRIPTS: dict[str, Script] = {}
"""All of them by name, in the order of their files. Filled when `tests.conformance.scripts` is imported."""


def script(
    name: str,
    *,
    managed: bool = False,
    ordered: bool = False,
    verbatim: bool = False,
    headers: bool = False,
    ahead: bool = False,
    attended: bool = False,
) -> Callable[[Play], Play]:
    """Put a function into the suite."""

    def enter(play: Play) -> Play:
        assert name not in SCRIPTS, f"two scripts are called {name!r}"
        SCRIPTS[name] = Script(name, play, managed, ordered, verbatim, headers, ahead, attended)
        return play

    return enter
