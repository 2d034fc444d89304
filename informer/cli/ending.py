"""Ending: waits for whatever ends the command first, and then ends it the same way each time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

from informer.cli.exit_codes import ExitCode, Fatal
from informer.cli.followed import Followed
from informer.cli.reports import Report, Summary
from informer.errors import StopTimeout
from informer.runtime import Runtime

STOP_TIMEOUT = 1.0  # seconds; what still runs then, a connect that hangs, ends with the process


class Ending:
    """What may end the command: Ctrl-C, SIGTERM, the end of the time, a reader that has gone, a trouble at the start."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._changed = runtime.condition("ending")  # guards the fields below
        self._ended = False
        self._quiet = False
        self._fatal: Fatal | None = None

    def end(self) -> None:
        """End with a summary."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def end_quietly(self) -> None:
        """End without one: nobody reads it."""
        with self._changed:
            self._ended = self._quiet = True
            self._changed.notify_all()

    def fail(self, fatal: Fatal) -> None:
        """End with an error; the first one counts."""
        with self._changed:
            self._ended = True
            self._fatal = self._fatal or fatal
            self._changed.notify_all()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end, at most `seconds`. True when it has come."""
        deadline = None if seconds is None else self._runtime.monotonic() + seconds
        with self._changed:
            while not self._ended:
                left = None if deadline is None else deadline - self._runtime.monotonic()
                if left is not None and left <= 0:
                    return False
                self._changed.wait(left)
            return True

    def run(
        self,
        follow: Sequence[Followed],
        *,
        report: Callable[[Report], None],
        timeout: float | None,
        beside: Callable[[], None] | None = None,
    ) -> ExitCode:
        """Follow all until something ends it, at most `timeout` seconds, and then sum up. Raises `Fatal`.

        `beside` runs meanwhile; it must end when `wait` says so.
        """
        began = self._runtime.monotonic()
        undo = self._runtime.on_interrupt(self.end)
        try:
            for each in follow:
                each.start()
            task = self._runtime.spawn(beside, name="beside") if beside is not None else None
            self.wait(timeout)
            self.end()
            for each in follow:
                each.begin_stop()
            for each in follow:
                with contextlib.suppress(StopTimeout):
                    each.informer.stop(STOP_TIMEOUT)
            if task is not None:
                task.join(STOP_TIMEOUT)
        finally:
            undo()
        if self._fatal is not None:
            raise self._fatal
        if self._quiet:
            return ExitCode.ENDED
        summary = Summary(self._runtime.monotonic() - began, [each.total() for each in follow])
        report(summary)
        return ExitCode.ENDED if all(total.connected for total in summary.totals) else ExitCode.NOT_CONNECTED
