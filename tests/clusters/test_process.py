from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fakes.clusters import ClusterError
from fakes.clusters.control_plane.process import Process, ProcessDied
from tests.processes import exists, kill
from tests.waiting import PATIENCE, eventually

SHELL = shutil.which("sh") or "/bin/sh"

Start = Callable[[str], Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Process] = []

    def run(script: str) -> Process:
        started.append(Process("tiny", [SHELL, "-c", script], tmp_path / "tiny.log"))
        return started[-1]

    yield run
    for process in started:
        process.end("kill")


def test_a_clean_end_lets_it_finish_its_work(start: Start, tmp_path: Path) -> None:
    process = start("trap 'echo finished; exit 0' TERM; echo ready; while :; do sleep 0.05; done")
    process.wait_until(lambda: "ready" in (tmp_path / "tiny.log").read_text(), timeout=PATIENCE)
    process.end()
    assert not process.alive
    assert (tmp_path / "tiny.log").read_text() == "ready\nfinished\n"


def test_a_kill_does_not(start: Start, tmp_path: Path) -> None:
    process = start("trap 'echo finished; exit 0' TERM; echo ready; while :; do sleep 0.05; done")
    process.wait_until(lambda: "ready" in (tmp_path / "tiny.log").read_text(), timeout=PATIENCE)
    process.end("kill")
    assert (tmp_path / "tiny.log").read_text() == "ready\n"


def test_one_that_ignores_the_request_is_killed_after_its_grace(start: Start, tmp_path: Path) -> None:
    process = start("trap '' TERM; echo ready; while :; do sleep 0.05; done")
    process.wait_until(lambda: "ready" in (tmp_path / "tiny.log").read_text(), timeout=PATIENCE)
    process.end(grace=0.2)
    assert not process.alive
    process.end()


def test_one_that_dies_while_it_is_waited_for_is_an_error_with_its_last_lines(start: Start) -> None:
    process = start("for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do echo line $i; done; exit 7")
    with pytest.raises(ProcessDied, match=r"tiny ended with 7 while it was starting") as caught:
        process.wait_until(lambda: False, timeout=PATIENCE)
    assert "line 1\n" not in str(caught.value)
    assert str(caught.value).endswith("line 16")
    assert caught.value.log.startswith("line 1\n")


def test_one_that_is_never_ready_is_an_error_too(start: Start) -> None:
    with pytest.raises(ClusterError, match=r"tiny was not ready within 0\.2 s; its log is empty"):
        start("exec sleep 300").wait_until(lambda: False, timeout=0.2)


def test_ending_one_leaves_the_others_alone(start: Start) -> None:
    first, second = start("exec sleep 300"), start("exec sleep 300")
    first.end()
    assert second.alive


def test_one_started_beside_the_main_thread_outlives_that_thread(start: Start, tmp_path: Path) -> None:
    started: list[Process] = []

    def run() -> None:
        started.append(start("echo ready; exec sleep 300"))
        started[0].wait_until(lambda: "ready" in (tmp_path / "tiny.log").read_text(), timeout=PATIENCE)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    time.sleep(0.2)  # in which it would hear of that
    assert started[0].alive


def starts_one(how: str, log: Path) -> str:
    """The beginning of a Python program: starts a process that says when it is ready, and prints its id."""
    return f"""
import os, sys, threading
from pathlib import Path
from fakes.clusters.control_plane.process import Process

def start():
    process = Process("tiny", [{SHELL!r}, "-c", "echo ready; exec sleep 300"], Path({str(log)!r}))
    process.wait_until(lambda: "ready" in Path({str(log)!r}).read_text(), timeout={PATIENCE})
    print(process.pid, flush=True)

{how}
"""


IN_MAIN_THREAD = "start()"
IN_ANOTHER_THREAD = "thread = threading.Thread(target=start); thread.start(); thread.join()"


@pytest.mark.parametrize("ending", ["sys.exit(0)", "raise KeyboardInterrupt"])
@pytest.mark.parametrize("how", [IN_MAIN_THREAD, IN_ANOTHER_THREAD])
def test_it_ends_with_the_python_that_started_it(how: str, ending: str, tmp_path: Path) -> None:
    assert_gone_after(starts_one(how, tmp_path / "log") + ending)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the children of a killed parent")
def test_it_ends_when_the_python_that_started_it_is_killed(tmp_path: Path) -> None:
    assert_gone_after(starts_one(IN_MAIN_THREAD, tmp_path / "log") + "os.kill(os.getpid(), 9)")


def assert_gone_after(program: str) -> None:
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=PATIENCE)
    pid = int(answer.stdout)
    try:
        eventually(lambda: not exists(pid), what="the process is gone")
    finally:
        kill(pid)
