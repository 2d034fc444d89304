"""Many requests at once for a kind that nobody asked for before."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from fakes.api_server.builtin import structs, typed

TASKS = 3
NAME = "io.k8s.api.batch.v1.Job"


@pytest.fixture
def eager() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("eager")
def test_all_who_meet_a_kind_first_at_the_same_time_get_one_struct_that_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structs, "_ready", {})
    structs._struct.cache_clear()
    begin = threading.Barrier(TASKS)
    found = set()

    def ask() -> None:
        begin.wait()
        found.add(structs.struct_of(NAME))
        typed.normal({}, NAME)

    tasks = [threading.Thread(target=ask) for _ in range(TASKS)]
    for task in tasks:
        task.start()
    for task in tasks:
        task.join()
    assert len(found) == 1
