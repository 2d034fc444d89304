"""Frames: the events of a watch in binary form, as the lines that the same watch has in JSON."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any

from fakes.api_server.wire import protobuf

_LENGTH = 4


def split(piece: bytes) -> tuple[list[bytes], bytes]:
    """The events that are whole, and the rest."""
    lines = []
    while len(piece) >= _LENGTH:
        (size,) = struct.unpack(">I", piece[:_LENGTH])
        if len(piece) < _LENGTH + size:
            break
        lines.append(_line(piece[_LENGTH : _LENGTH + size]))
        piece = piece[_LENGTH + size :]
    return lines, piece


def _line(event: bytes) -> bytes:
    parts = dict(_fields(event))
    document = protobuf.decode(dict(_fields(parts[2]))[1], "", "")
    return json.dumps({"type": parts[1].decode(), "object": without_empty(document)}, separators=(",", ":")).encode()


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a message that has none but texts and bytes, by their numbers."""
    while message:
        number, (size, message) = message[0] >> 3, _varint(message[1:])
        yield number, message[:size]
        message = message[size:]


def _varint(raw: bytes) -> tuple[int, bytes]:
    value = 0
    for index, byte in enumerate(raw):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, raw[index + 1 :]
    raise ValueError("a number without an end")


def without_empty(value: Any) -> Any:
    """Without fields that say nothing: in binary form it is up to the writer whether these are there."""
    if isinstance(value, dict):
        inner = {name: without_empty(item) for name, item in value.items()}
        return {name: item for name, item in inner.items() if item not in ("", 0, None, [], {})}
    return [without_empty(item) for item in value] if isinstance(value, list) else value
