"""Make docs/demo.svg, the picture of `informer demo --faults`: `python docs/make_picture.py`, with the extras cli and fakes.

The command runs in the simulation, so the picture takes no time to make, and the same demo gives the same picture.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from pathlib import Path

from rich.console import Console
from rich.text import Text

from fakes import SimulatedRuntime
from informer.cli.command import run

PICTURE = Path(__file__).with_name("demo.svg")
COMMAND = ["demo", "--faults", "--duration", "36"]
WIDTH = 112  # columns
LEFT_OUT = ("00:00:09", "00:00:31")  # from, to: the picture has to end somewhere
_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_COLOUR = re.compile(r"\x1b\[[\d;]*m")


class _Terminal(io.StringIO):
    """Where the command writes to: a terminal, as far as it can tell."""

    def isatty(self) -> bool:
        return True


def run_demo() -> list[str]:
    """The lines that the command shows, with their colours."""
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", COLUMNS=str(WIDTH), LINES="40")
    os.environ.pop("NO_COLOR", None)
    with contextlib.redirect_stdout(_Terminal()) as terminal:
        SimulatedRuntime().run(lambda: run(COMMAND))
    return terminal.getvalue().splitlines()


def choose(lines: list[str]) -> list[str]:
    """Those for the picture: without the middle of the story, and with a line that says so."""
    start, end = LEFT_OUT
    times = [_COLOUR.sub("", line)[:8] for line in lines]
    first = next(number for number, time in enumerate(times) if time >= start)
    last = next(number for number, time in enumerate(times) if time >= end)
    return [*lines[:first], f"\x1b[2m{'':9}[... {last - first} lines]\x1b[0m", *lines[last:]]


def draw(lines: list[str]) -> str:
    """The lines as an SVG picture of a terminal."""
    console = Console(file=io.StringIO(), record=True, width=WIDTH, force_terminal=True)
    for line in lines:
        console.print(Text.from_ansi(line), no_wrap=True, crop=True)
    picture = console.export_svg(title=f"informer {' '.join(COMMAND)}", unique_id="demo")
    return _FONT.sub("", picture)  # it would be fetched from elsewhere; the viewer's own will do


if __name__ == "__main__":
    PICTURE.write_text(draw(choose(run_demo())) + "\n", encoding="utf-8")
