"""Controller: what hears of every change of a server's storage, and does one thing after another about it, in a task of its own."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Hashable

from fakes.api_server.errors import StatusError
from fakes.api_server.server import APIServer
from fakes.storage import Event, Version

MANAGER = "kube-controller-manager"
"""The program that most of them stand for: whose writes theirs are noted as."""
_USUAL = (403, 404, 409)
"""How somebody is refused who is late: others were faster, or the namespace is going; what they did is heard of next."""
_log = logging.getLogger(__name__)


class Controller(ABC):
    """The base of all. A subclass says what it hears and what it does; the rest is here.

    Guarantees: it hears of every object that is there at the start, then of every change in the order of revisions; after a `restore` of
    the storage it starts anew. What the server refuses it is logged, and the object is left until it changes; whatever else `step` raises
    ends the controller, and comes out of `wait_until_idle`.
    """

    name: str

    def __init__(self, api: APIServer) -> None:
        self.api = api
        self.runtime = api.runtime
        self._news = api.runtime.condition(f"controller {self.name}")
        # _news guards these
        self._events: deque[tuple[Hashable, Event | None]] = deque()
        self._heard = 0
        self._idle = self._stopping = False
        self._failure: Exception | None = None
        self._deaf = api.storage.listen(self._listen)
        self._events.append((None, None))
        self._task = api.runtime.spawn(self._run, name=f"controller {self.name}")

    @abstractmethod
    def reset(self) -> None:
        """Forget everything: what is there is heard again."""

    @abstractmethod
    def hear(self, resource: Hashable, key: str, old: Version | None, new: Version | None) -> None:
        """Take note of a change. `old` is None for what is new, or was there at the start; `new` is None for what has gone."""

    @abstractmethod
    def step(self) -> bool:
        """Do one thing, of which it has taken note as done before it asks the server. False where there is nothing to do now."""

    def due(self) -> float | None:
        """The seconds until there is something to do even if nothing changes; None for never."""
        return None

    def begin_stop(self) -> None:
        """Start nothing new."""
        self._deaf()
        with self._news:
            self._stopping = True
            self._news.notify_all()

    def join(self, seconds: float) -> bool:
        """Wait for its end, after `begin_stop`. True when it has ended."""
        return self._task.join(seconds)

    def wait_until_idle(self, revision: int, seconds: float) -> bool:
        """Wait until it has done all there is to do about what was written up to `revision`. False when time was too short.

        What waits for its time is not waited for. Raises what ended the controller.
        """
        deadline = self.runtime.monotonic() + seconds
        with self._news:
            while not (self._idle and self._heard >= revision and not self._events):
                if self._failure is not None:
                    raise self._failure
                left = deadline - self.runtime.monotonic()
                if left <= 0 or self._stopping:
                    return False
                self._news.wait(left)
            return True

    # Inside

    def _listen(self, resource: Hashable, event: Event | None) -> None:
        with self._news:
            self._events.append((resource, event))
            self._news.notify_all()

    def _run(self) -> None:
        try:
            while self._take(wait=True):
                while self._step():
                    self.runtime.checkpoint(f"controller {self.name}")
                    if not self._take(wait=False):
                        return
        except Exception as error:
            with self._news:
                self._failure = error
                self._news.notify_all()
            raise

    def _step(self) -> bool:
        try:
            return self.step()
        except StatusError as error:
            _log.log(logging.DEBUG if error.code in _USUAL else logging.WARNING, "controller %s: %s", self.name, error)
            return True

    def _take(self, *, wait: bool) -> bool:
        """Hear what has come. False when it is time to stop."""
        with self._news:
            while wait and not self._events and not self._stopping:
                due = self.due()
                if due is not None and due <= 0:
                    break
                self._idle = True
                self._news.notify_all()
                self._news.wait(due)
            self._idle = False
            events = list(self._events)
            self._events.clear()
            if self._stopping:
                return False
        for resource, event in events:
            if event is None:
                self._hear_all()
            elif event.revision > self._heard:
                self.hear(resource, event.key, event.old, event.new)
                self._heard = event.revision
        return True

    def _hear_all(self) -> None:
        self.reset()
        snapshot = self.api.storage.snapshot()
        objects = [(version, resource) for resource, (held, _) in snapshot.resources.items() for version in held.values()]
        for version, resource in sorted(objects, key=lambda each: each[0].revision):
            self.hear(resource, version.key, None, version)
        self._heard = snapshot.revision
