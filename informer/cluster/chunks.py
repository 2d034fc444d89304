"""ChunkedBody: the body of a chunked response, as many chunks at a time as one read of the socket brings.

An API server sends each event of a watch in a chunk of its own, and http.client hands chunks out one by one: at thousands of events per
second that costs more than everything else together. Rule: https://www.rfc-editor.org/rfc/rfc9112#section-7.1.
"""

from __future__ import annotations

import http.client
from typing import Any

import urllib3

_LONGEST_LINE = 1 << 16  # bytes; what claims to be the size of a chunk and is longer is none


class ChunkedBody:
    """Reads the chunks of `response`, which nobody has read from. Once `ended`, its connection is back in the pool."""

    def __init__(self, response: urllib3.HTTPResponse, original: http.client.HTTPResponse) -> None:
        self._response = response
        self._original = original
        self._left = 0  # bytes of the current chunk that have not come yet
        self._begun = b""  # the start of a line that has not ended yet
        self._trailers = False
        self.ended = False

    @classmethod
    def of(cls, response: urllib3.HTTPResponse) -> ChunkedBody | None:
        """None for a response that is not chunked, is compressed, or does not come from a socket."""
        original: Any = getattr(response, "_fp", None)
        plain = isinstance(original, http.client.HTTPResponse) and original.chunked and not response.headers.get("content-encoding")
        return cls(response, original) if plain and original.fp is not None else None

    def read_some(self, size: int) -> bytes:
        """Block until there are bytes, and give what one read of at most `size` brought; empty at the end.

        Raises `http.client.HTTPException` for what is not a chunked body, `OSError` as the socket does, `TimeoutError` without an errno for
        silence.
        """
        while not self.ended:
            assert self._original.fp is not None
            data: bytes = self._original.fp.read1(size)
            if not data:
                raise http.client.IncompleteRead(b"", self._left or None)
            if payload := self._unpack(data):
                return payload
        return b""

    def _unpack(self, data: bytes) -> bytes:
        pieces: list[bytes] = []
        data, self._begun = self._begun + data, b""
        at, end = 0, len(data)
        while at < end:
            if self._left:
                piece = data[at : at + self._left]
                pieces.append(piece)
                at += len(piece)
                self._left -= len(piece)
                continue
            line_end = data.find(b"\r\n", at)
            if line_end < 0:
                self._begun = data[at:]
                if len(self._begun) > _LONGEST_LINE:
                    raise http.client.LineTooLong("chunk size")
                break
            self._line(data[at:line_end])
            at = line_end + 2
        return b"".join(pieces)

    def _line(self, line: bytes) -> None:
        if self._trailers:
            if not line:
                self._end()
        elif line:  # the empty one ends the chunk before
            size = line.partition(b";")[0].strip()
            if not size or size.translate(None, b"0123456789abcdefABCDEF"):  # int() alone would take "-5" too
                raise http.client.HTTPException(f"{line[:20]!r} is not the size of a chunk")
            self._left = int(size, 16)
            self._trailers = not self._left

    def _end(self) -> None:
        self.ended = True
        self._original.close()
        self._response.release_conn()
