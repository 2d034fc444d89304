"""JSON as Go reads it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.api_server.wire.json_syntax import Doubled, complaint, doubled_paths, read

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_what_is_json_is_read_and_nothing_is_said_of_it(value: Any, ascii_only: bool, indent: int | None) -> None:
    raw = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode(errors="surrogatepass")
    assert complaint(raw) is None
    assert read(raw) == value
    assert not isinstance(read(raw), Doubled)


@given(VALUES, st.data())
def test_of_what_breaks_off_the_end_is_named(value: Any, data: st.DataObject) -> None:
    raw = json.dumps({"key": value}).encode()
    found = complaint(raw[: data.draw(st.integers(0, len(raw) - 1))]) or ""
    assert found == "unexpected end of JSON input" or found.startswith("invalid character ' ' ")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"1.x", "invalid character 'x' after decimal point in numeric literal"),
        (b"-x", "invalid character 'x' in numeric literal"),
        (b"1e+", "invalid character ' ' in exponent of numeric literal"),
        (b"1.5.5", "invalid character '.' after top-level value"),
        (b'"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"),
        (b"nul!", "invalid character '!' in literal null (expecting 'l')"),
        (b"\t\x00", "invalid character '\\x00' looking for beginning of value"),
        (b"[\n\x0b]", "invalid character '\\v' looking for beginning of value"),
        (b"{'a':1}", "invalid character '\\'' looking for beginning of object key string"),
        (b"[" * 10_000, "unexpected end of JSON input"),
        (b"[" * 10_001, "exceeded max depth"),
    ],
)
def test_the_first_byte_that_cannot_be_there_is_named(raw: bytes, words: str) -> None:
    assert complaint(raw) == words
    with pytest.raises(ValueError, match=re.escape(words)):
        read(raw)


def test_keys_that_are_there_twice_are_found_at_any_depth_and_the_last_one_counts() -> None:
    document = read(b'{"a": 1, "b": [{"c": {"d": 1, "d": 2}}], "a" : {"e": "\\":", "e": 3}}')
    assert document == {"a": {"e": 3}, "b": [{"c": {"d": 2}}]}
    assert list(doubled_paths(document)) == ["b[0].c.d", "a", "a.e"]


@pytest.mark.parametrize("raw", [b'{"a": "\\":"}', b'{"a": ":", "b": ":x"}', b'{"\\u0061": "\\u0022:"}', b'{"a":"\xff"}'])
def test_what_only_looks_like_a_second_key_is_none(raw: bytes) -> None:
    assert not isinstance(read(raw), Doubled)


def test_integers_of_no_known_type_are_floats_beyond_64_bits() -> None:
    raw = b"[12345678901234567890, 9223372036854775807, 1.0]"
    assert json.dumps(read(raw, untyped=True)) == "[1.2345678901234567e+19, 9223372036854775807, 1.0]"
    assert read(raw)[0] == 12345678901234567890


def test_halves_of_letters_are_replaced_and_escaped_backslashes_are_none() -> None:
    assert read(rb'["\ud800", "\ud83d\ude00", "\\ud800", "\ude00x"]') == ["\ufffd", "\U0001f600", "\\ud800", "\ufffdx"]
