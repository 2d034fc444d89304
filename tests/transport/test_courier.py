"""The courier, on pairs of sockets."""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from fakes.transport.courier import Courier, Handover
from informer.runtime import ThreadRuntime
from tests.transport.scripted import ScriptedBody
from tests.waiting import PATIENCE

BIG = b"x" * (16 << 20)


class Announcing(ScriptedBody):
    """Announces what the test sends; `due` is the test's."""

    def __init__(self, due: float = math.inf) -> None:
        super().__init__(ThreadRuntime())
        self.wake: Callable[[], None] | None = None
        self._due = due

    def announce(self, wake: Callable[[], None] | None) -> None:
        self.wake = wake

    @property
    def due(self) -> float:
        return -math.inf if self._pieces or self.closed else self._due

    def close(self) -> None:
        super().close()
        if self.wake:
            self.wake()

    def _put(self, piece: bytes | BaseException) -> None:
        super()._put(piece)
        if self.wake:
            self.wake()


class Bookmarks(Announcing):
    """Has a piece from a moment on, and announces nothing."""

    def __init__(self) -> None:
        super().__init__(due=time.monotonic() + 0.02)

    @property
    def due(self) -> float:
        return self._due

    def read(self, timeout: float | None = None) -> bytes:
        if not self.closed and time.monotonic() < self._due:
            raise TimeoutError
        self._due = math.inf
        return b"" if self.closed else b"bookmark"


class Stream:
    """A body on its way through a courier."""

    def __init__(self, courier: Courier, pool: ThreadPoolExecutor, body: Announcing) -> None:
        self.body = body
        self.client, server = socket.socketpair()
        self.client.settimeout(PATIENCE)
        self.server = server
        self.result: Future[Handover] = pool.submit(courier.carry, server, body)

    def hears(self, text: bytes) -> None:
        heard = b""
        while len(heard) < len(text):
            heard += self.client.recv(len(text) - len(heard))
        assert heard == text


@pytest.fixture
def stream() -> Iterator[Callable[..., Stream]]:
    courier, pool, streams = Courier(), ThreadPoolExecutor(), list[Stream]()

    def start(body: Announcing) -> Stream:
        streams.append(Stream(courier, pool, body))
        return streams[-1]

    yield start
    for each in streams:
        each.body.close()
    courier.stop()
    for each in streams:
        each.result.exception(PATIENCE)
        each.client.close()
        each.server.close()
    pool.shutdown()


Start = Callable[[Announcing], Stream]


def test_what_is_announced_arrives_in_chunks_and_an_end_is_the_last(stream: Start) -> None:
    one = stream(Announcing())
    one.body.send(b"one")
    one.hears(b"3\r\none\r\n")
    one.body.send(b"two")
    one.hears(b"3\r\ntwo\r\n")
    one.body.end()
    assert one.result.result(PATIENCE) == (b"0\r\n\r\n", True)
    assert one.body.wake is None


def test_what_was_there_before_the_courier_arrives(stream: Start) -> None:
    body = Announcing()
    body.send(b"one")
    body.send(b"two")
    stream(body).hears(b"3\r\none\r\n3\r\ntwo\r\n")


def test_a_break_comes_out_after_what_stood_before_it(stream: Start) -> None:
    one = stream(Announcing())
    one.body.send(b"one")
    one.body.break_off()
    one.hears(b"3\r\none\r\n")
    with pytest.raises(ConnectionResetError):
        one.result.result(PATIENCE)


def test_a_slow_client_gets_its_bytes_back_in_its_own_thread_and_keeps_nobody_waiting(stream: Start) -> None:
    slow, quick = stream(Announcing()), stream(Announcing())
    slow.body.send(BIG)
    rest, ended = slow.result.result(PATIENCE)
    assert not ended
    quick.body.send(b"one")
    quick.hears(b"3\r\none\r\n")
    chunk = b"%x\r\n%b\r\n" % (len(BIG), BIG)
    slow.hears(chunk[: len(chunk) - len(rest)])
    assert chunk.endswith(rest)


def test_a_body_is_read_when_it_is_due_without_being_announced(stream: Start) -> None:
    stream(Bookmarks()).hears(b"8\r\nbookmark\r\n")


def test_after_the_stop_a_stream_is_carried_by_its_own_thread() -> None:
    courier, body = Courier(), Announcing()
    ours, theirs = socket.socketpair()
    courier.stop()
    body.send(b"one")
    body.end()
    with ours, theirs:
        assert courier.carry(ours, body) == (b"3\r\none\r\n", False)
        assert courier.carry(ours, body) == (b"0\r\n\r\n", True)


def test_one_thread_serves_all_streams_and_ends_with_the_stop(stream: Start) -> None:
    before = set(threading.enumerate())
    streams = [stream(Announcing()) for _ in range(4)]
    for one in streams:
        one.body.send(b"x")
    for one in streams:
        one.hears(b"1\r\nx\r\n")
    started = set(threading.enumerate()) - before
    assert sum(thread.name == "fake API server's courier" for thread in started) == 1
    assert len(started) == 5, "and those that the streams wait in"


class Busy(Announcing):
    """Always says that there is something, and never has anything."""

    def read(self, timeout: float | None = None) -> bytes:
        if self.closed:
            return b""
        if self.wake:
            self.wake()
        raise TimeoutError


def test_who_is_due_does_not_wait_for_those_who_are_busy(stream: Start) -> None:
    stream(Busy())
    stream(Bookmarks()).hears(b"8\r\nbookmark\r\n")
