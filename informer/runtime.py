"""Seam 2: time, waiting, tasks, identity and chance.

This is all that the informer and the fake API server know about them. `ThreadRuntime` is the real thing; the simulation has another, with
virtual time and one thread. It is the only file of the kit's production code that imports `time`, `threading`, `random`, `signal`
and `uuid`.
"""

from __future__ import annotations

import datetime
import logging
import math
import os
import random
import signal
import threading
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from types import FrameType, TracebackType
from typing import Any, Protocol


class Task(Protocol):
    """Something that runs beside you."""

    @property
    def name(self) -> str: ...

    @property
    def alive(self) -> bool: ...

    def join(self, timeout: float | None = None) -> bool:
        """Wait until it has ended, at most `timeout` seconds. True when it has ended."""
        ...


class Condition(Protocol):
    """A lock that can wait. Not re-entrant. Use as a context manager; `wait` and `notify_all` only while holding it."""

    def __enter__(self) -> Condition: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...

    def wait(self, timeout: float | None = None) -> bool:
        """Release, wait for a notification at most `timeout` seconds, take again. False when the time ran out."""
        ...

    def notify_all(self) -> None: ...


class Runtime(Protocol):
    """The door to time, waiting, tasks, identity and chance. Times are seconds."""

    @property
    def random(self) -> random.Random:
        """The only source of chance."""
        ...

    def now(self) -> datetime.datetime:
        """The wall clock, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """A clock that never goes back."""
        ...

    def sleep(self, seconds: float) -> None: ...

    def spawn(self, function: Callable[[], None], *, name: str) -> Task:
        """Run `function` beside the caller. What it raises is the task's own business: it is logged, and ends the task."""
        ...

    def condition(self, name: str = "") -> Condition:
        """A new lock that can wait; `name` is for people who read a deadlock."""
        ...

    def uuid(self) -> str: ...

    def checkpoint(self, what: str) -> None:
        """A place where another task may go first. Called at each request and each handler call, never while holding a condition."""
        ...

    def on_interrupt(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback`, from a task of its own, on the next SIGINT or SIGTERM instead of what would happen; later ones do that again.

        Returns the function that undoes it. Does nothing where signals cannot be heard, as in threads other than the main one.
        """
        ...


_SignalHandler = Callable[[int, FrameType | None], Any] | int | None

_logger = logging.getLogger(__name__)

_ATTENTION = 1.0  # seconds for which a signal may go unheard in the main thread

_VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}

_current: ContextVar[Runtime | None] = ContextVar("informer_runtime", default=None)


def current_runtime() -> Runtime:
    """The runtime of the task that asks: its simulation's, or else threads."""
    return _current.get() or ThreadRuntime()


def set_current_runtime(runtime: Runtime | None) -> None:
    """Make `runtime` the one that `current_runtime` gives in this context. For runtimes to call when they start a task."""
    _current.set(runtime)


class _ThreadTask:
    def __init__(self, function: Callable[[], None], name: str) -> None:
        self._thread = threading.Thread(target=self._run, args=(function,), name=name, daemon=True)
        self._thread.start()

    def _run(self, function: Callable[[], None]) -> None:
        try:
            function()
        except BaseException:
            _logger.exception("task=%s failed", self.name)

    @property
    def name(self) -> str:
        return self._thread.name

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def join(self, timeout: float | None = None) -> bool:
        self._thread.join(timeout)
        return not self._thread.is_alive()


class _ThreadCondition:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._condition = threading.Condition(self._lock)
        self._notifications = 0  # guarded by the lock

    def __enter__(self) -> Condition:
        self._lock.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._lock.release()

    def wait(self, timeout: float | None = None) -> bool:
        if threading.current_thread() is not threading.main_thread():
            return self._condition.wait(timeout)
        # The system may give a signal to any thread, as it does after a pause, and then nothing but time wakes the one that handles it.
        left, before = math.inf if timeout is None else timeout, self._notifications
        while left > _ATTENTION:
            if self._condition.wait(_ATTENTION) or self._notifications != before:  # which came as that time ran out
                return True
            left -= _ATTENTION
        return self._condition.wait(left)

    def notify_all(self) -> None:
        self._notifications += 1
        self._condition.notify_all()


class ThreadRuntime:
    """The real thing: the system's clock, threads, the system's randomness.

    `seed` fixes `random` and `uuid`; by default both differ in each process. `checkpoint` does nothing.
    """

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311
        self._seeded = seed is not None

    @property
    def random(self) -> random.Random:
        return self._random

    def now(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def spawn(self, function: Callable[[], None], *, name: str) -> Task:
        return _ThreadTask(function, name)

    def condition(self, name: str = "") -> Condition:
        return _ThreadCondition()

    def uuid(self) -> str:
        if self._seeded:
            return str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        # what `uuid4` gives, in half of its time: the fake makes one for every request
        digits = os.urandom(16).hex()
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:]}"

    def checkpoint(self, what: str) -> None:
        pass

    def on_interrupt(self, callback: Callable[[], None]) -> Callable[[], None]:
        if threading.current_thread() is not threading.main_thread():
            return lambda: None

        before: dict[signal.Signals, _SignalHandler] = {}

        def undo() -> None:
            while before:
                number, handler = before.popitem()
                signal.signal(number, signal.SIG_DFL if handler is None else handler)  # None: it was not set from Python

        def interrupted(number: int, frame: FrameType | None) -> None:
            undo()
            self.spawn(callback, name="interrupt")  # the interrupted code may hold the very lock that the callback wants

        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, interrupted)
        return undo
