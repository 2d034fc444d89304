"""Field manager: the name under which a client's writes are noted in managedFields."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from fakes.api_server.errors import Cause

_LONGEST = 128
_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", '"': '\\"', "\\": "\\\\"}


@functools.lru_cache(maxsize=256)
def of_agent(user_agent: str) -> str:
    """What a client that names none is called: its User-Agent up to the first slash, as far as it can be printed."""
    name = user_agent.partition("/")[0]
    if not name.isascii():
        name = _as_utf8(name)
    name = "".join(letter for letter in name if letter.isprintable())
    return name if len(name) <= _LONGEST and name.isascii() else name.encode()[:_LONGEST].decode(errors="ignore")


def _as_utf8(text: str) -> str:
    """A header's bytes, which transports read as Latin-1, as the server reads them."""
    try:
        return text.encode("latin-1").decode(errors="replace")
    except UnicodeEncodeError:
        return text


def faults(name: str) -> Iterator[Cause]:
    """What is wrong with a name that a client asks for."""
    if len(name.encode()) > _LONGEST:
        yield Cause("FieldValueTooLong", f"Too long: may not be more than {_LONGEST} bytes", "fieldManager")
    position = 0
    for letter in name:
        if not letter.isprintable():
            complaint = f"invalid character U+{ord(letter):04X} (at position {position})"
            yield Cause("FieldValueInvalid", f"Invalid value: {_quoted(name)}: {complaint}", "fieldManager")
        position += len(letter.encode())


def _quoted(text: str) -> str:
    """As Go quotes it."""
    return f'"{"".join(map(_shown, text))}"'


def _shown(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable():
        return letter
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
