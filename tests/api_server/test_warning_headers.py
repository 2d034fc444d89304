"""Warning headers."""

from __future__ import annotations

from fakes.api_server.wire.warning_headers import header


def test_each_warning_is_told_once_and_quoted() -> None:
    assert header(["a", 'b"\\', "a", ""]) == '299 - "a", 299 - "b\\"\\\\"'
    assert header([]) == ""


def test_what_cannot_stand_in_a_header_is_left_out() -> None:
    assert header(["a\r\nSet-Cookie: x", "ü☃"]) == '299 - "ü☃"'


def test_too_much_is_cut_short_and_then_as_much_is_told_as_there_is_room_for() -> None:
    assert header(["x" * 4096]) == f'299 - "{"x" * 4096}"'
    cut = header(["x" * 4096, "y"])
    assert cut == f'299 - "{"x" * 256}", 299 - "y"'
    assert header([f"{number:03}{'x' * 300}" for number in range(50)]).count("299") == 16
