"""Output: where lines go, as they happen: in colour on a terminal that wants it, plain elsewhere, and nowhere once the reader has gone."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import TextIO

from rich.console import Console
from rich.text import Text

from informer.cli.reports import Format, Report
from informer.runtime import Runtime

_ASCII = str.maketrans({"→": "->", "·": ".", "✓": "=", "…": "..."})


class Output:
    """Writes reports to `stream` in `format`, each at once and whole, from any task.

    Colour as rich decides: only on a terminal, and not where NO_COLOR is set. When the reader has gone it says so to `on_closed`, once,
    and drops the rest.
    """

    def __init__(self, stream: TextIO, format: Format, runtime: Runtime, on_closed: Callable[[], None]) -> None:
        self._stream = stream
        self._format = format
        self._runtime = runtime
        self._on_closed = on_closed
        self._terminal = Console(file=stream)
        coloured = self._terminal.is_terminal and not self._terminal.no_color
        self._painter = Console(file=io.StringIO(), highlight=False, force_terminal=coloured)
        self._lock = runtime.condition("output")  # guards _closed and the stream
        self._closed = False

    def report(self, report: Report) -> None:
        """Say it."""
        with self._lock:
            width = self._terminal.width if self._terminal.is_terminal else None
            for line in self._format.render(self._runtime.now(), report, width):
                if not self._closed:
                    self._write(line)

    def _write(self, line: Text) -> None:
        with self._painter.capture() as painted:
            self._painter.print(line, soft_wrap=True)
        text = painted.get()
        try:
            text.encode(self._stream.encoding or "utf-8")
        except UnicodeEncodeError:
            text = text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")
        try:
            self._stream.write(text)
            self._stream.flush()
        except BrokenPipeError:
            self._closed = True
            _discard(self._stream)
            self._on_closed()


def _discard(stream: TextIO) -> None:
    """Lead the stream's descriptor nowhere, or the interpreter complains about what is still buffered when it ends."""
    try:
        descriptor = stream.fileno()
    except io.UnsupportedOperation:
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
