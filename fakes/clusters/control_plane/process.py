"""Process: one child process of ours, its log file, and its end.

Guarantees: it is ended by its own id, and nothing else is but what it started itself, where it is killed; one that is still running when
Python exits is ended then; on Linux also when Python is killed, if the main thread started it. It is in a session of its own, so that an
interrupt typed at the terminal reaches the tests and not it. Assumes that `command` begins with the full path of a program.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from fakes.clusters.cluster import ClusterError, Ending

_POLL = 0.05
_LAST_LINES = 15


class ProcessDied(ClusterError):
    """The process ended by itself while it was waited for. `log` is all it wrote."""

    def __init__(self, message: str, log: str) -> None:
        super().__init__(message)
        self.log = log


class Process:
    """A running program. `log` receives what it writes, after what is there already. `folder` and `environment` are ours by default."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        log: Path,
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self._log = log
        self._owner = os.getpid()
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                _guarded([str(part) for part in command]),
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _running.append(self)

    @property
    def alive(self) -> bool:
        return self._child.poll() is None

    @property
    def pid(self) -> int:
        return self._child.pid

    def wait(self, seconds: float) -> int | None:
        """Its exit code, or None where it still runs after so many seconds."""
        with suppress(subprocess.TimeoutExpired):
            return self._child.wait(seconds)
        return None

    def wait_until(self, ready: Callable[[], bool], *, timeout: float) -> None:
        """Ask `ready` again and again until it says so. Raises `ProcessDied`, or `ClusterError` after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not ready():
            code = self._child.poll()
            if code is not None:
                raise ProcessDied(f"{self.name} ended with {code} while it was starting; {self._last_lines()}", self._text())
            if time.monotonic() > deadline:
                raise ClusterError(f"{self.name} was not ready within {timeout:g} s; {self._last_lines()}")
            time.sleep(_POLL)

    def end(self, how: Ending = "clean", *, grace: float = 60.0) -> None:
        """SIGTERM, and SIGKILL after `grace` seconds; SIGKILL at once for `"kill"`. Returns when it has ended. Idempotent."""
        if how == "clean":
            self._child.terminate()
            if self.wait(grace) is None:
                self._kill()
        else:
            self._kill()
        self._child.wait()
        if self in _running:
            _running.remove(self)

    def _kill(self) -> None:
        if self._child.poll() is None:  # so the id is still its own, and that of its session
            os.killpg(self._child.pid, signal.SIGKILL)

    def _text(self) -> str:
        return self._log.read_text(errors="replace")

    def _last_lines(self) -> str:
        lines = self._text().splitlines()[-_LAST_LINES:]
        return "the last lines of its log:\n" + "\n".join(lines) if lines else "its log is empty"

    @property
    def ours(self) -> bool:
        """Whether this Python process started it; after a fork the child has not."""
        return self._owner == os.getpid()


# Asks Linux for a SIGTERM when the parent's thread ends (PR_SET_PDEATHSIG is 1), then becomes the program. A `preexec_fn` is not
# safe beside threads.
_GUARD = "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 15); os.execv(sys.argv[1], sys.argv[1:])"


def _guarded(command: list[str]) -> list[str]:
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return command
    return [sys.executable, "-I", "-S", "-c", _GUARD, *command]


_running: list[Process] = []


@atexit.register
def _end_all() -> None:
    for process in reversed(_running.copy()):
        if process.ours:
            process.end(grace=5.0)
