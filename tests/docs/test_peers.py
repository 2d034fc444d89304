"""What docs/moving.md says first of the others, seen: how often its two programs ask a server that refuses every watch."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from fakes.api_server.faults import Fault
from tests.docs.page import CHECKOUT, write_files
from tests.docs.playground import Playground, python


def times_of_watches(file_name: str, folder: Path, count: int) -> list[float]:
    """The seconds at which the server gets so many watches of the program, or more, counted from the first."""
    with Playground() as playground:
        playground.api.inject(Fault(verb="watch", resource="pods", status=500, times=1_000_000))

        def times() -> list[float]:
            return [request.time for request in playground.api.requests if request.verb == "watch"]

        ended = playground.run(python(file_name), folder, ready=lambda out: len(times()) >= count)
        assert ended.asked, str(ended)
        return [time - times()[0] for time in times()]


@pytest.mark.skipif(importlib.util.find_spec("kubernetes.informer") is None, reason="the informer of `kubernetes` came with 36")
def test_on_a_lasting_failure_the_other_informer_asks_without_a_pause_and_this_one_waits(tmp_path: Path) -> None:
    write_files(CHECKOUT / "docs/moving.md", tmp_path)
    assert len(times_of_watches("before_informer.py", tmp_path, 50)) >= 50, "for which ours takes more than ten minutes"
    seconds = times_of_watches("after_informer.py", tmp_path, 3)
    assert seconds[2] >= 1.2, "the delays are at least half of 0.8 s and of 1.6 s, however busy the machine is"
