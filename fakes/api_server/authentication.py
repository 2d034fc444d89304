"""Authentication: who asks, told by the bearer token of a request, or else by its transport."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fakes.api_server.errors import StatusError
from fakes.api_server.messages import Identity, Request


def identified(request: Request, tokens: Mapping[str, str | Identity]) -> Request:
    """The request as one of whose token it shows. Raises 401 for a token that nobody has, and where nobody asks at all."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        who = tokens.get(token.strip())
        if who is None:
            raise unauthorized()
        known = Identity(who) if isinstance(who, str) else who
        return replace(request, user=known.name, groups=known.groups)
    if not request.user:
        raise unauthorized()
    return request


def unauthorized() -> StatusError:
    """401: the server does not know who asks."""
    return StatusError(401, "Unauthorized", "Unauthorized")
