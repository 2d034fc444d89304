"""Selectors: the label and field selectors of the Kubernetes API, parsed and matched as its server does.

Guarantees: a text is taken or refused exactly as the server takes or refuses it, in the server's words; an empty text matches everything; a
selector never changes, and matching only reads. Assumes: labels are a mapping of strings. Raises `SelectorError` for a text that is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Operator = Literal["=", "==", "!=", "in", "notin", "exists", "!", "gt", "lt"]

_NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_KEY_NAME = re.compile(_NAME)
_VALUE = re.compile(f"({_NAME})?")
_SUBDOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_INTEGER = re.compile("[+-]?[0-9]+", re.ASCII)
_TOKEN = re.compile(r"==|!=|[=!(),<>]|[^=!(),<> \t\r\n]+")
_BINARY: Mapping[str, Operator] = {"in": "in", "notin": "notin", "=": "=", "==": "==", "!=": "!=", ">": "gt", "<": "lt"}
_SYMBOLS = frozenset({"==", "!=", *"=!(),<>"})

_CHARACTERS = "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
_BAD_NAME = f"must {_CHARACTERS} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{_NAME}')"
_BAD_VALUE = (
    f"a valid label must be an empty string or {_CHARACTERS}"
    f" (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '({_NAME})?')"
)
_BAD_PREFIX = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an"
    f" alphanumeric character (e.g. 'example.com', regex used for validation is '{_LABEL}(\\.{_LABEL})*')"
)


class SelectorError(ValueError):
    """The text is not a selector. The message is what the server answers (400) to the same text."""


def label_key_faults(key: str) -> list[str]:
    """What is wrong with `key` as the key of a label, in the server's words; empty when nothing is."""
    parts = key.split("/")
    if len(parts) > 2:
        return [f"a valid label key {_BAD_NAME} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"]
    faults = [f"prefix part {fault}" for fault in _prefix_faults(parts[0])] if len(parts) == 2 else []
    name = parts[-1]
    if not name:
        faults.append("name part must be non-empty")
    elif len(name.encode()) > 63:
        faults.append("name part must be no more than 63 bytes")
    if not _KEY_NAME.fullmatch(name):
        faults.append(f"name part {_BAD_NAME}")
    return faults


def _prefix_faults(prefix: str) -> list[str]:
    if not prefix:
        return ["must be non-empty"]
    faults = ["must be no more than 253 bytes"] if len(prefix.encode()) > 253 else []
    return faults if _SUBDOMAIN.fullmatch(prefix) else [*faults, _BAD_PREFIX]


def label_value_faults(value: str) -> list[str]:
    """What is wrong with `value` as the value of a label, in the server's words; empty when nothing is."""
    faults = ["must be no more than 63 bytes"] if len(value.encode()) > 63 else []
    return faults if _VALUE.fullmatch(value) else [*faults, _BAD_VALUE]


def _integer(text: str) -> int | None:
    number = int(text) if _INTEGER.fullmatch(text) and len(text) <= 20 else None
    return number if number is not None and -(1 << 63) <= number < 1 << 63 else None


def _invalid(path: str, value: str, why: str) -> str:
    return f"{path}: Invalid value: {json.dumps(value, ensure_ascii=False)}: {why}"


@dataclass(frozen=True, slots=True)
class LabelRequirement:
    """One condition of a label selector. `values` is sorted, without repeats; empty for `exists` and `!`."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        value = labels.get(self.key)
        match self.operator:
            case "=" | "==" | "in":
                return value is not None and value in self.values
            case "!=" | "notin":
                return value is None or value not in self.values
            case "exists":
                return value is not None
            case "!":
                return value is None
            case "gt" | "lt":
                return value is not None and self._compares(value)

    def _compares(self, value: str) -> bool:
        number, bound = _integer(value), _integer(self.values[0])
        if number is None or bound is None:
            return False
        return number > bound if self.operator == "gt" else number < bound

    def __str__(self) -> str:
        match self.operator:
            case "exists":
                return self.key
            case "!":
                return f"!{self.key}"
            case "in" | "notin":
                return f"{self.key} {self.operator} ({','.join(self.values)})"
            case "gt" | "lt":
                return f"{self.key}{'>' if self.operator == 'gt' else '<'}{self.values[0]}"
            case _:
                return f"{self.key}{self.operator}{self.values[0]}"


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """A conjunction of conditions on labels, ordered by key. Without any it matches everything."""

    requirements: tuple[LabelRequirement, ...] = ()

    @classmethod
    def parse(cls, text: str) -> LabelSelector:
        """`a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<2`. Raises `SelectorError`."""
        return cls(tuple(sorted(_LabelParser(text).parse(), key=lambda requirement: requirement.key)))

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether every condition holds."""
        for requirement in self.requirements:  # noqa: SIM110 - this is the lister's inner loop, and twice as fast as all()
            if not requirement.matches(labels):
                return False
        return True

    def __bool__(self) -> bool:
        """Whether it can leave anything out."""
        return bool(self.requirements)

    def __str__(self) -> str:
        """A text that parses to an equal selector."""
        return ",".join(map(str, self.requirements))


class _LabelParser:
    """Recursive descent over the tokens; an empty word stands for the end. `in` and `notin` are names except where an operator may be."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = [*_TOKEN.findall(text), ""]
        self._at = 0

    @property
    def _next(self) -> str:
        return self._tokens[self._at]

    def _take(self) -> str:
        word = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return word

    def parse(self) -> list[LabelRequirement]:
        requirements: list[LabelRequirement] = []
        while self._next:
            if self._next != "!" and self._next in _SYMBOLS:
                raise SelectorError(f"found '{self._next}', expected: !, identifier, or 'end of string'")
            try:
                requirements.append(self._requirement())
            except SelectorError as error:
                raise SelectorError(f"unable to parse requirement: {error}") from error
            separator = self._take()
            if separator not in ("", ","):
                raise SelectorError(f"found '{separator}', expected: ',' or 'end of string'")
            if separator and self._next != "!" and not self._is_name(self._next):
                raise SelectorError(f"found '{self._next}', expected: identifier after ','")
        return requirements

    @staticmethod
    def _is_name(word: str) -> bool:
        return bool(word) and word not in _SYMBOLS

    def _requirement(self) -> LabelRequirement:
        word = self._take()
        negated = word == "!"
        key = self._take() if negated else word
        if not self._is_name(key):
            raise SelectorError(f"found '{key}', expected: identifier")
        if faults := label_key_faults(key):
            raise SelectorError(_invalid("<nil>", key, "; ".join(faults)))
        if negated or self._next in ("", ","):
            return LabelRequirement(key, "!" if negated else "exists")
        word = self._take()
        if word not in _BINARY:
            raise SelectorError(f"found '{word}', expected: in, notin, =, ==, !=, gt, lt")
        operator = _BINARY[word]
        values = tuple(sorted(set(self._set() if operator in ("in", "notin") else [self._value()])))
        if faults := _value_faults(key, operator, values):
            raise SelectorError(faults[0] if len(faults) == 1 else f"[{', '.join(faults)}]")
        return LabelRequirement(key, operator, values)

    def _value(self) -> str:
        if self._next in ("", ","):
            return ""
        word = self._take()
        if not self._is_name(word):
            raise SelectorError(f"found '{word}', expected: identifier")
        return word

    def _set(self) -> list[str]:
        if (word := self._take()) != "(":
            raise SelectorError(f"found '{word}' expected: '('")
        if self._next == ")":
            self._take()
            return [""]
        if self._next != "," and not self._is_name(self._next):
            raise SelectorError(f"found '{self._next}', expected: ',', ')' or identifier")
        values: list[str] = []
        while self._next != ")":
            self._member(values)
        self._take()
        return values

    def _member(self, values: list[str]) -> None:
        """Take one value with what follows it, or one comma: an empty value stands before, between and after commas."""
        word = self._take()
        if self._is_name(word):
            values.append(word)
            if self._next not in (",", ")"):
                raise SelectorError(f"found '{self._next}', expected: ',' or ')'")
        elif word == ",":
            if not values or self._next == ")":
                values.append("")
            if self._next == ",":
                self._take()
                values.append("")
        else:
            raise SelectorError(f"found '{word}', expected: ',', or identifier")


def _value_faults(key: str, operator: Operator, values: Sequence[str]) -> list[str]:
    faults: list[str] = []
    if operator in ("gt", "lt") and _integer(values[0]) is None:
        faults.append(_invalid("values[0]", values[0], "for 'Gt', 'Lt' operators, the value must be an integer"))
    for index, value in enumerate(values):
        if wrong := label_value_faults(value):
            faults.append(_invalid(f"values[{index}][{key}]", value, "; ".join(wrong)))
    return faults


FieldRequirement = tuple[str, Literal["=", "!="], str]


@dataclass(frozen=True, slots=True)
class FieldSelector:
    """A conjunction of conditions on fields, each `(field, "=" or "!=", value)`. Without any it matches everything.

    Which fields may be named differs from kind to kind, so that is the caller's to check.
    """

    requirements: tuple[FieldRequirement, ...] = ()

    @classmethod
    def parse(cls, text: str) -> FieldSelector:
        r"""`metadata.name=a,spec.nodeName!=b`; in a value `\,`, `\=` and `\\` stand for `,`, `=` and `\`. Raises `SelectorError`."""
        return cls(tuple(_field_requirement(text, term) for term in sorted(_TERM.findall(text))))

    def matches(self, lookup: Callable[[str], str]) -> bool:
        """Whether every condition holds. `lookup` gives a field's value as text, empty where the object has none."""
        return all((lookup(field) == value) == (operator == "=") for field, operator, value in self.requirements)

    def __bool__(self) -> bool:
        """Whether it can leave anything out."""
        return bool(self.requirements)

    def __str__(self) -> str:
        """A text that parses to an equal selector."""
        return ",".join(f"{field}{operator}{_RESERVED.sub(_escaped, value)}" for field, operator, value in self.requirements)


_TERM = re.compile(r"(?:\\.|[^,])+", re.DOTALL)
_SIDES = re.compile(r"(.*?)(!=|==?)(.*)", re.DOTALL)
_RESERVED = re.compile(r"[\\,=]")


def _field_requirement(selector: str, term: str) -> FieldRequirement:
    sides = _SIDES.fullmatch(term)
    if sides is None:
        raise SelectorError(f"invalid selector: '{selector}'; can't understand '{term}'")
    field, operator, value = sides.groups()
    return field, "!=" if operator == "!=" else "=", _unescaped(value)


def _escaped(character: re.Match[str]) -> str:
    return f"\\{character[0]}"


def _unescaped(value: str) -> str:
    characters: list[str] = []
    rest = iter(value)
    for character in rest:
        if character == "\\":
            escaped = next(rest, "")
            if not _RESERVED.fullmatch(escaped):
                raise SelectorError(f"invalid field selector: invalid escape sequence: \\{escaped}")
            characters.append(escaped)
        elif character in ",=":
            # The server prints the character's number.
            raise SelectorError(f"invalid field selector: unescaped character in value: {ord(character)}")
        else:
            characters.append(character)
    return "".join(characters)
