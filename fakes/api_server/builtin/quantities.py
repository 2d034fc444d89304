"""Quantities: `1Gi`, `500m`, `2e3`, in the one form in which a real server writes each of them."""

from __future__ import annotations

import re
from decimal import ROUND_UP, Decimal

_FORM = re.compile(r"([+-]?[0-9]*(?:\.[0-9]*)?)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?[0-9]+)?")
_ANY_SUFFIX = re.compile(r"[+-]?[0-9]*(?:\.[0-9]*)?[eEinumkKMGTP]+[-+]?[0-9]*")
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
COMPLAINT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"


def canonical(value: str | float) -> str:
    """The same amount, without fractions and with the largest suffix that allows it. Raises `ValueError`."""
    text = str(value).strip()
    match = _FORM.fullmatch(text)
    if not text or match is None:
        raise ValueError("unable to parse quantity's suffix" if _ANY_SUFFIX.fullmatch(text) else COMPLAINT)
    number, suffix = Decimal(match[1] if re.search("[0-9]", match[1]) else 0), match[2] or ""
    if suffix in _BINARY:
        number *= Decimal(1024) ** _BINARY[suffix]
        if number == number.to_integral_value() and abs(number) >= 1024:
            return _binary(int(number))
        return _decimal(number)
    if suffix[:1] in ("e", "E") and len(suffix) > 1:
        return _exponent(number.scaleb(int(suffix[1:])))
    return _decimal(number.scaleb(_DECIMAL[suffix]))


def amount(text: str) -> Decimal:
    """How much a canonical quantity is."""
    match = _FORM.fullmatch(text)
    assert match is not None, "it is canonical"
    number, suffix = Decimal(match[1]), match[2] or ""
    if suffix in _BINARY:
        return number * Decimal(1024) ** _BINARY[suffix]
    return number.scaleb(int(suffix[1:]) if suffix[:1] in ("e", "E") and len(suffix) > 1 else _DECIMAL[suffix])


def _binary(number: int) -> str:
    power = 0
    while power < len(_BINARY) and number % 1024 == 0 and number:
        number //= 1024
        power += 1
    return f"{number}{['', *_BINARY][power]}"


def _decimal(number: Decimal) -> str:
    exponent = _largest(number, -9)
    suffix = next(name for name, power in _DECIMAL.items() if power == min(exponent, 18))
    return f"{_mantissa(number, min(exponent, 18))}{suffix}"


def _exponent(number: Decimal) -> str:
    exponent = _largest(number, -9)
    return f"{_mantissa(number, exponent)}e{exponent}" if exponent else str(_mantissa(number, 0))


def _largest(number: Decimal, least: int) -> int:
    """The largest multiple of three by which `number` can be divided as a power of ten, from `least` on."""
    if not number:
        return 0
    exponent = least
    while exponent < 60 and _mantissa(number, least) % 10 ** (exponent + 3 - least) == 0:
        exponent += 3
    return exponent


def _mantissa(number: Decimal, exponent: int) -> int:
    """Amounts that are too small to be said are rounded away from zero."""
    return int(number.scaleb(-exponent).to_integral_value(ROUND_UP))
