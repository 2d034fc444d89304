"""Handler: what every way in hands its requests to. The fake API server is one; tests write small ones."""

from __future__ import annotations

from typing import Protocol

from fakes.api_server.messages import Request, Response


class Handler(Protocol):
    """Something that answers requests, from any number of tasks at once."""

    def handle(self, request: Request) -> Response:
        """Answer one request. Refusals are answers, with a status.

        What no server can say is raised: `ConnectionRefusedError` where nobody listens, `TimeoutError` where no answer ever came, another
        `ConnectionError` where the connection broke before the answer. The client then sees what it would see over a socket.
        """
        ...
