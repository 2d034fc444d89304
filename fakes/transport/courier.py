"""Courier: one thread that takes what is ready on the streams of a server to their clients.

An event that many watch would else wake a thread for each of them, and these would stand in each other's way. Guarantees: the bytes of a
stream go out once and in order; nobody waits for a slow client: what one does not take at once is left to the stream's own thread.
Assumes plain sockets, and bodies that announce what they have and are closed before the stop.
"""

from __future__ import annotations

import math
import queue
import socket
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from fakes.api_server.messages import AnnouncingBody

_LONGEST = 3600.0


class Handover(NamedTuple):
    """What is left to a stream's own thread: bytes to be sent, and whether they are the last."""

    rest: bytes
    ended: bool


_END = Handover(b"0\r\n\r\n", ended=True)


class _Trip:
    """One stream while the courier has it."""

    def __init__(self, connection: socket.socket, body: AnnouncingBody) -> None:
        self.connection = connection
        self.body = body
        self.called = False
        self.due = math.inf
        self.over = threading.Event()
        self.result = _END
        self.error: Exception | None = None


class Courier:
    """Its thread starts with the first stream."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[_Trip | None] = queue.SimpleQueue()
        # the thread's own: the streams on their way, and when it must look whether one is due
        self._trips: dict[_Trip, None] = {}
        self._look = math.inf
        self._lock = threading.Lock()  # guards the two fields below
        self._thread: threading.Thread | None = None
        self._stopped = False

    def carry(self, connection: socket.socket, body: AnnouncingBody) -> Handover:
        """Take the body to its client, in chunks, until it ends or the client is slow. Raises what reading and sending raise."""
        trip = _Trip(connection, body)

        def call() -> None:
            if not trip.called:
                trip.called = True
                self._calls.put(trip)

        if not self._start(body, call):
            piece = body.read()
            return Handover(_chunk(piece), ended=False) if piece else _END
        trip.over.wait()
        if trip.error is not None:
            raise trip.error
        return trip.result

    def stop(self) -> None:
        """Return when the thread has ended."""
        with self._lock:
            self._stopped = True
            self._calls.put(None)
        if self._thread is not None:
            self._thread.join()

    def _start(self, body: AnnouncingBody, call: Callable[[], None]) -> bool:
        """False after the stop."""
        with self._lock:
            if self._stopped:
                return False
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="fake API server's courier", daemon=True)
                self._thread.start()
            body.announce(call)
            call()
            return True

    def _run(self) -> None:
        while True:
            if (patience := self._look - time.monotonic()) <= 0:
                self._visit_late()
                patience = self._look - time.monotonic()
            try:
                called = self._calls.get_nowait() if not self._calls.empty() else self._calls.get(timeout=min(max(0.0, patience), _LONGEST))
            except queue.Empty:
                continue
            if called is None:
                return
            self._visit(called)

    def _visit_late(self) -> None:
        now = time.monotonic()
        for late in [trip for trip in self._trips if trip.due <= now]:
            self._visit(late)
        self._look = min((trip.due for trip in self._trips), default=math.inf)

    def _visit(self, trip: _Trip) -> None:
        if trip.over.is_set():
            return
        self._trips[trip] = None
        trip.called = False
        try:
            result = _deliver(trip)
        except Exception as error:
            trip.error = error
        else:
            if result is None:
                self._look = min(self._look, trip.due)
                return
            trip.result = result
        trip.body.announce(None)
        del self._trips[trip]
        trip.over.set()


def _deliver(trip: _Trip) -> Handover | None:
    """Send what is ready. None where there will be more."""
    while True:
        try:
            piece = trip.body.read(0)
        except TimeoutError:
            pass
        else:
            if not piece:
                return _END
            chunk = _chunk(piece)
            sent = _send(trip.connection, chunk)
            if sent < len(chunk):
                return Handover(chunk[sent:], ended=False)
        trip.due = trip.body.due
        if trip.due > -math.inf:
            return None


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def _send(connection: socket.socket, data: bytes) -> int:
    try:
        return connection.send(data, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return 0
