"""Warning headers: what a server warns of, told once each, and cut short where it would be too much."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from itertools import accumulate

_MOST = 4096
"""Characters of all warnings together, beyond which each is cut."""
_MOST_OF_ONE = 256


def header(texts: Iterable[str]) -> str:
    """The value of the Warning header, empty for none. What cannot stand in a header is left out."""
    told = [text for text in dict.fromkeys(texts) if text and _fits(text)]
    return ", ".join(f'299 - "{_escaped(text)}"' for text in _cut(told))


def _cut(texts: list[str]) -> list[str]:
    """All of them, or, if that is too much, the start of each: of those up to the one that was too much, then while there is room."""
    too_much = next((number for number, length in enumerate(accumulate(map(len, texts))) if length > _MOST), None)
    if too_much is None:
        return texts
    starts = [text[:_MOST_OF_ONE] for text in texts]
    lengths = list(accumulate(map(len, starts)))
    return [start for number, start in enumerate(starts) if number <= too_much or lengths[number - 1] < _MOST]


def _fits(text: str) -> bool:
    return text.isprintable() or not any(unicodedata.category(letter) == "Cc" for letter in text)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
