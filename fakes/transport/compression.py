"""Compression: large answers go out as gzip to those who take it, as a real server's do."""

from __future__ import annotations

import gzip

from msgspec.structs import replace

from fakes.api_server.messages import Response

_THRESHOLD = 128 * 1024
_LEVEL = 1


def compressed(response: Response, body: bytes, accepted: str) -> tuple[Response, bytes]:
    """The answer with `body`, which is all of it, and its bytes: compressed where `accepted`, an Accept-Encoding, names gzip."""
    if len(body) <= _THRESHOLD or "gzip" not in [token.strip() for token in accepted.split(",")]:
        return response, body
    if "content-encoding" in map(str.lower, response.headers):
        return response, body
    body = gzip.compress(body, _LEVEL, mtime=0)
    return replace(response, headers={**response.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}, body=body), body
