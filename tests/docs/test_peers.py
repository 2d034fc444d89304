"""What docs/moving.md says first of the others, seen: how often its two programs ask a server that refuses every watch."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from fakes.api_server.faults import Fault
from tests.docs.page import CHECKOUT, write_files
from tests.docs.playground import Playground, python

WINDOW = 1.0  # seconds


def watches_within_a_second(file_name: str, folder: Path) -> int:
    """How many watches the program asks for in the first second after its first."""
    with Playground() as playground:
        playground.api.inject(Fault(verb="watch", resource="pods", status=500, times=1_000_000))

        def times() -> list[float]:
            return [request.time for request in playground.api.requests if request.verb == "watch"]

        def over(out: str) -> bool:
            return bool(times()) and playground.runtime.monotonic() > times()[0] + WINDOW

        ended = playground.run(python(file_name), folder, ready=over)
        assert ended.asked, str(ended)
        return sum(time <= times()[0] + WINDOW for time in times())


@pytest.mark.skipif(importlib.util.find_spec("kubernetes.informer") is None, reason="the informer of `kubernetes` came with 36")
def test_on_a_lasting_failure_the_other_informer_asks_without_a_pause_and_this_one_waits(tmp_path: Path) -> None:
    write_files(CHECKOUT / "docs/moving.md", tmp_path)
    assert watches_within_a_second("before_informer.py", tmp_path) > 50
    assert watches_within_a_second("after_informer.py", tmp_path) <= 2
