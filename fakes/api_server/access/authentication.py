"""Authentication: who asks, told by the bearer token of a request, or else by its transport."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from fakes.api_server.errors import StatusError
from fakes.api_server.messages import Identity, Request


def identified(request: Request, holder: Callable[[str], Identity | None]) -> Request:
    """The request as one of the `holder` of its token. Raises 401 for a token that nobody has, and where nobody asks at all."""
    if token := shown_token(request):
        who = holder(token)
        if who is None:
            raise unauthorized()
        return replace(request, user=who.name, groups=who.groups)
    if not request.user:
        raise unauthorized()
    return request


def shown_token(request: Request) -> str:
    """The bearer token of a request; empty where it has none."""
    if "authorization" not in request.headers:
        return ""
    scheme, _, token = request.headers["authorization"].partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def unauthorized() -> StatusError:
    """401: the server does not know who asks."""
    return StatusError(401, "Unauthorized", "Unauthorized")
