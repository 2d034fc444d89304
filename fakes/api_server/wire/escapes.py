"""Escapes: JSON as Go writes it, which is fit to stand in a page of HTML."""

from __future__ import annotations

_LESS, _GREATER, _AND = b"<>&"
_ESCAPES = ((b"<", b"\\u003c"), (b">", b"\\u003e"), (b"&", b"\\u0026"), ("\u2028".encode(), b"\\u2028"), ("\u2029".encode(), b"\\u2029"))


def escaped(raw: bytes) -> bytes:
    """The same JSON with Go's escapes."""
    if _LESS in raw or _GREATER in raw or _AND in raw or not raw.isascii():
        for plain, other in _ESCAPES:
            raw = raw.replace(plain, other)
    return raw
