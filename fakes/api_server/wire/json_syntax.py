"""JSON as Go reads it: what its decoder says of a text that is none, and keys that stand twice in one object."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

_SPACE = b" \t\r\n"
_DEEPEST = 10_000
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?P<fraction>\.[0-9]+)?(?P<exponent>[eE][+-]?[0-9]+)?")
_LARGE = re.compile(rb"[0-9]{19}")
_LARGEST = 2**63
_HALF = rb"[dD][89a-fA-F][0-9a-fA-F]{2}"
_SURROGATES = re.compile(rb"\\(?:(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(u" + _HALF + rb")|.)", re.DOTALL)
_KEY = re.compile(rb'"[ \t\r\n]*:')
_ESCAPES = b'bfnrt\\/"'
_HEX = b"0123456789abcdefABCDEF"
_TYPES: Mapping[type, str] = {bool: "bool", int: "number", float: "number", str: "string", list: "array", dict: "object"}
_SHORT = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 39: "\\'", 92: "\\\\"}


class Doubled(dict[str, Any]):
    """An object in whose text a key stands twice, at any depth. The last one counts; `pairs` are all of them.

    `complaints` are what is said of it where the text was YAML, which has lines instead of paths.
    """

    def __init__(self, pairs: Iterable[tuple[str, Any]], complaints: tuple[str, ...] = ()) -> None:
        self.pairs = list(pairs)
        self.complaints = complaints
        super().__init__(self.pairs)


class OutOfRange(ValueError):
    """`number` is one that no float can hold."""

    def __init__(self, number: str) -> None:
        super().__init__(f"json: cannot unmarshal number {number} into Go value of type float64")
        self.number = number

    def within(self, field: str) -> str:
        """The same of a field of a struct."""
        return f"json: cannot unmarshal number {self.number} into Go struct field {field} of type float64"


def read(raw: bytes, *, untyped: bool = False) -> Any:
    """What a text says; its objects are `Doubled` where a key stands twice anywhere. Raises `ValueError` in the words of Go's decoder.

    Raises `OutOfRange` for a number that is too large. `untyped`: nobody knows of which type the numbers are, so integers
    beyond 64 bits are floats.
    """
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        why = complaint(raw)
        if why is None and isinstance(error, RecursionError):
            # sooner than Go, which goes 10,000 deep
            why = "exceeded max depth"
        if why is not None:
            raise ValueError(why) from None
        raw = _replaced(raw)
        value = json.loads(raw, parse_int=_long, parse_float=_float)
    hooks: dict[str, Any] = {"object_pairs_hook": Doubled} if _may_double(raw, value) and _is_doubled(raw) else {}
    if untyped and _LARGE.search(raw):
        hooks["parse_int"] = _integer
    return json.loads(raw, **hooks) if hooks else value


def _replaced(raw: bytes) -> bytes:
    """With the one letter by which Go replaces what is no text: bytes that are no UTF-8, and halves of letters."""
    whole = raw.decode("utf-8", "replace").encode()
    return _SURROGATES.sub(lambda found: b"\\ufffd" if found[2] else found[0], whole)


def _integer(text: str) -> int | float:
    value = int(text) if len(text) <= 20 else _LARGEST
    return value if -_LARGEST <= value < _LARGEST else _float(text)


def _long(text: str) -> int | float:
    """Python reads no more than some thousand digits."""
    return int(text) if len(text) < 1000 else _float(text)


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise OutOfRange(text)
    return value


def _may_double(raw: bytes, value: Any) -> bool:
    """Whether a text has more keys than what was read of it. Rarely true where no key stands twice, always where one does."""
    spaced = b'" ' in raw or b'"\n' in raw or b'"\r' in raw or b'"\t' in raw
    keys = len(_KEY.findall(raw)) if spaced else raw.count(b'":')
    return keys != msgspec.json.encode(value).count(b'":') or b"\\u" in raw


def _is_doubled(raw: bytes) -> bool:
    found = False

    def look(pairs: list[tuple[str, Any]]) -> None:
        nonlocal found
        found = found or len(pairs) != len({key for key, _ in pairs})

    json.loads(raw, object_pairs_hook=look, parse_int=float)
    return found


def pairs_of(value: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    """What an object says, in the order of its text and as often as it says it."""
    return value.pairs if isinstance(value, Doubled) else value.items()


def doubled_paths(value: Any, path: str = "") -> Iterable[str]:
    """Where a key stands that was there already, in the order of the text: `spec.parts[0].name`."""
    if isinstance(value, Doubled):
        seen: set[str] = set()
        for key, item in value.pairs:
            inner = f"{path}.{key}" if path else key
            if key in seen:
                yield inner
            seen.add(key)
            yield from doubled_paths(item, inner)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from doubled_paths(item, f"{path}[{index}]")


def type_of(value: Any) -> str:
    """What Go's decoder calls the type of a value that is not null."""
    return _TYPES[dict if isinstance(value, dict) else type(value)]


def complaint(raw: bytes) -> str | None:
    """What Go's decoder says of a text that is no JSON: of the first byte that cannot be there. None where all of them can."""
    try:
        _Reader(raw).read()
    except _Complaint as found:
        return str(found)
    return None


def quoted(byte: int) -> str:
    """A byte as Go quotes a character."""
    character = chr(byte)
    if byte in _SHORT:
        return f"'{_SHORT[byte]}'"
    if character.isprintable():
        return f"'{character}'"
    return f"'\\x{byte:02x}'" if byte < 0x80 else f"'\\u{byte:04x}'"


def quote(text: str) -> str:
    """A text as Go quotes it with `%q`."""
    return '"' + "".join(map(_quoted_letter, text)) + '"' if not text.isprintable() or '"' in text or "\\" in text else f'"{text}"'


def _quoted_letter(letter: str) -> str:
    code = ord(letter)
    if letter == "'" or (letter.isprintable() and letter not in '"\\'):
        return letter
    if letter == '"':
        return '\\"'
    if code in _SHORT:
        return _SHORT[code]
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


class _Complaint(Exception):
    pass


class _Reader:
    """Looks at each byte once, for one that cannot be there. Depth is kept in a list, so that it has no end."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def read(self) -> None:
        still_open: list[int] = []
        self._value(still_open)
        while still_open:
            self._after_value(still_open)
        self._skip()
        if self._at < len(self._raw):
            raise _wrong(self._raw[self._at], "after top-level value")

    def _after_value(self, still_open: list[int]) -> None:
        in_object = still_open[-1] == ord("{")
        byte = self._next_token()
        if byte == ord("}" if in_object else "]"):
            still_open.pop()
        elif byte == ord(","):
            if in_object:
                self._key()
            self._value(still_open)
        else:
            raise _wrong(byte, "after object key:value pair" if in_object else "after array element")

    def _value(self, still_open: list[int]) -> None:
        """Read a value; but of an object or a list only what is before the end of the first value in it, and leave it open."""
        while (byte := self._next_token()) in b"{[":
            self._skip()
            if self._raw[self._at : self._at + 1] == (b"}" if byte == ord("{") else b"]"):
                self._at += 1
                return
            still_open.append(byte)
            if len(still_open) > _DEEPEST:
                raise _Complaint("exceeded max depth")
            if byte == ord("{"):
                self._key()
        match chr(byte):
            case '"':
                self._string()
            case "t" | "f" | "n" as first:
                self._literal({"t": b"true", "f": b"false", "n": b"null"}[first])
            case "-" | "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9":
                self._number()
            case _:
                raise _wrong(byte, "looking for beginning of value")

    def _key(self) -> None:
        byte = self._next_token()
        if byte != ord('"'):
            raise _wrong(byte, "looking for beginning of object key string")
        self._string()
        byte = self._next_token()
        if byte != ord(":"):
            raise _wrong(byte, "after object key")

    def _string(self) -> None:
        while (byte := self._next()) != ord('"'):
            if byte < 0x20:
                raise _wrong(byte, "in string literal")
            if byte == ord("\\"):
                self._escape()

    def _escape(self) -> None:
        byte = self._inner()
        if byte == ord("u"):
            for _ in range(4):
                byte = self._inner()
                if byte not in _HEX:
                    raise _wrong(byte, "in \\u hexadecimal character escape")
        elif byte not in _ESCAPES:
            raise _wrong(byte, "in string escape code")

    def _literal(self, word: bytes) -> None:
        for expected in word[1:]:
            byte = self._inner()
            if byte != expected:
                raise _wrong(byte, f"in literal {word.decode()} (expecting {quoted(expected)})")

    def _number(self) -> None:
        """From its first byte, which was read."""
        start = self._at - 1
        whole = _NUMBER.match(self._raw, start)
        if whole is None:
            raise _wrong(self._inner(), "in numeric literal")
        self._at = whole.end()
        rest = self._raw[self._at : self._at + 2].lower()
        if rest[:1] == b"." and not whole["fraction"] and not whole["exponent"]:
            self._at += 1
            raise _wrong(self._inner(), "after decimal point in numeric literal")
        if rest[:1] == b"e" and not whole["exponent"]:
            self._at += 2 if rest[1:] in (b"+", b"-") else 1
            raise _wrong(self._inner(), "in exponent of numeric literal")

    def _skip(self) -> None:
        while self._at < len(self._raw) and self._raw[self._at] in _SPACE:
            self._at += 1

    def _next_token(self) -> int:
        self._skip()
        return self._next()

    def _next(self) -> int:
        if self._at >= len(self._raw):
            raise _Complaint("unexpected end of JSON input")
        self._at += 1
        return self._raw[self._at - 1]

    def _inner(self) -> int:
        """The next byte inside of a number, a word or an escape, where Go takes the end for a space."""
        return self._next() if self._at < len(self._raw) else ord(" ")


def _wrong(byte: int, where: str) -> _Complaint:
    return _Complaint(f"invalid character {quoted(byte)} {where}")
