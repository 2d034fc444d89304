"""Page: a file of the documentation, as the fenced blocks that a reader would copy from it.

A Python block that opens with a comment like `# nodes.py` is the file of that name; the page's later blocks may import it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

CHECKOUT = Path(__file__).resolve().parents[2]

_BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE_NAME = re.compile(r"# (\w+\.py)\n")


@dataclass(frozen=True)
class Block:
    """A fenced block. `line` is where its text begins in `page`; `shown` is the text block right behind it: what it prints."""

    page: Path
    line: int
    language: str
    text: str
    shown: str = ""

    @property
    def kind(self) -> Literal["test", "operator", "program"]:
        """How a reader runs it: with pytest, with kopf, or with Python."""
        if re.search(r"^def test_", self.text, re.MULTILINE):
            return "test"
        return "operator" if re.search(r"^import kopf$", self.text, re.MULTILINE) else "program"

    @property
    def file_name(self) -> str:
        named = _FILE_NAME.match(self.text)
        if named:
            return named[1]
        return f"test_line_{self.line}.py" if self.kind == "test" else f"line_{self.line}.py"

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def pages() -> list[Path]:
    """What somebody reads who comes to the project."""
    return [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted((CHECKOUT / "docs").glob("*.md"))]


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found = list(_BLOCK.finditer(text))
    for match, behind in zip(found, [*found[1:], None][: len(found)], strict=True):
        shown = ""
        if behind is not None and behind["language"] == "text" and text[match.end() : behind.start()].strip() in ("", "It prints:"):
            shown = behind["text"]
        yield Block(page, text.count("\n", 0, match.start("text")) + 1, match["language"], match["text"], shown)


def write_files(page: Path, folder: Path) -> None:
    """Save the page's Python blocks as a reader would. Raises `AssertionError` where two have the same name."""
    for block in blocks(page):
        if block.language == "python":
            file = folder / block.file_name
            assert not file.exists(), f"{block} is the second {block.file_name} of its page"
            file.write_text(block.text, encoding="utf-8")
