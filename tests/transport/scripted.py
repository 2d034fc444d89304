"""A handler and a body that do what a test says."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from typing import Any

from fakes.api_server.messages import Request, Response
from informer.runtime import Runtime
from tests.waiting import PATIENCE


class ScriptedBody:
    """A body that gives what the test sends, one piece for each `send`."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._condition = runtime.condition("scripted body")
        self._pieces: deque[bytes | BaseException] = deque()
        self._waiting = 0
        self.closed = False

    def send(self, piece: bytes) -> None:
        self._put(piece)

    def event(self, kind: str, name: str, version: str = "1") -> None:
        self.send(event(kind, name, version))

    def end(self) -> None:
        self._put(b"")

    def break_off(self) -> None:
        self._put(ConnectionResetError("scripted break"))

    def fail(self, error: BaseException) -> None:
        self._put(error)

    def read(self, timeout: float | None = None) -> bytes:
        with self._condition:
            self._waiting += 1
            self._condition.notify_all()
            try:
                while not self._pieces and not self.closed:
                    if not self._condition.wait(timeout):
                        raise TimeoutError(f"nothing came for {timeout} s")
            finally:
                self._waiting -= 1
            piece = self._pieces.popleft() if self._pieces and not self.closed else b""
        if isinstance(piece, BaseException):
            raise piece
        return piece

    def close(self) -> None:
        with self._condition:
            self.closed = True
            self._condition.notify_all()

    def wait_for_reader(self) -> None:
        """Return when some task is blocked in `read`."""
        self._wait_until(lambda: self._waiting > 0)

    def wait_for_close(self) -> None:
        self._wait_until(lambda: self.closed)

    def _wait_until(self, reached: Callable[[], bool]) -> None:
        with self._condition:
            while not reached():
                assert self._condition.wait(PATIENCE), "it did not happen"

    def _put(self, piece: bytes | BaseException) -> None:
        with self._condition:
            self._pieces.append(piece)
            self._condition.notify_all()


class ScriptedHandler:
    """Records each request, and answers with what `answer` gives."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self._answer = answer
        self.requests: list[Request] = []

    def handle(self, request: Request) -> Response:
        self.requests.append(request)
        return self._answer(request)


def always(response: Response) -> ScriptedHandler:
    return ScriptedHandler(lambda request: response)


def in_turn(*answers: Response | BaseException) -> ScriptedHandler:
    left = deque(answers)

    def answer(request: Request) -> Response:
        result = left.popleft()
        if isinstance(result, BaseException):
            raise result
        return result

    return ScriptedHandler(answer)


def json_response(document: Any, status: int = 200, **headers: str) -> Response:
    return Response(status, {"Content-Type": "application/json", **headers}, json.dumps(document).encode())


def stream_response(body: ScriptedBody) -> Response:
    return Response(200, {"Content-Type": "application/json"}, body)


def pod(name: str, version: str = "1") -> dict[str, Any]:
    metadata = {"name": name, "namespace": "default", "resourceVersion": version}
    return {"kind": "Pod", "apiVersion": "v1", "metadata": metadata, "spec": {"containers": [{"name": "main", "image": "i"}]}}


def pod_list(*names: str, version: str = "10") -> dict[str, Any]:
    return {"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": version}, "items": [pod(name) for name in names]}


def event(kind: str, name: str, version: str = "1") -> bytes:
    return json.dumps({"type": kind, "object": pod(name, version)}).encode() + b"\n"
