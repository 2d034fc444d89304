"""Varint: how protobuf writes lengths, tags and whole numbers."""

from __future__ import annotations


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; all bytes but the last have the eighth. Assumes that the number is not negative."""
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])
