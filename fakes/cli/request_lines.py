"""RequestLines: a server's door that says of each request who asked what, and how it was answered."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from fakes.api_server.messages import Request, Response
from fakes.transport.handler import Handler
from informer.runtime import Runtime


class RequestLines:
    """A handler in front of another. `say` is given a line per request, when its answer (of a watch: its start) is there."""

    def __init__(self, behind: Handler, runtime: Runtime, say: Callable[[str], None]) -> None:
        self._behind = behind
        self._runtime = runtime
        self._say = say

    def handle(self, request: Request) -> Response:
        """See `Handler`."""
        began = self._runtime.monotonic()
        response = self._behind.handle(request)
        took = (self._runtime.monotonic() - began) * 1000
        query = f"?{urlencode(request.query)}" if request.query else ""
        at = self._runtime.now().strftime("%H:%M:%S.%f")[:-3]
        self._say(f"{at} {response.status} {request.method:6} {request.path}{query} {request.user} {took:.1f}ms")
        return response
