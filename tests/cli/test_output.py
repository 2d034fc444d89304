"""Where lines go: terminals, pipes, pipes that nobody reads any more."""

from __future__ import annotations

import io

import pytest
from rich.text import Text

from fakes.simulation import SimulatedRuntime
from informer.cli.json_lines import JsonLines
from informer.cli.lines import Lines
from informer.cli.output import Output
from informer.cli.reports import Back, Format, Happened, Said
from informer.handlers import Added, Updated
from informer.objects import KubeObject
from tests.scripted import node


class Pipe(io.StringIO):
    """Remembers how often it was flushed; breaks after `room` writes."""

    def __init__(self, room: int = 1000, encoding: str = "utf-8") -> None:
        super().__init__()
        self.flushes = 0
        self._room = room
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def write(self, text: str) -> int:
        if self._room == 0:
            raise BrokenPipeError
        self._room -= 1
        return super().write(text)

    def flush(self) -> None:
        self.flushes += 1


class Tty(Pipe):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def output(stream: Pipe, format: Format | None = None, closed: list[str] | None = None) -> Output:
    said = [] if closed is None else closed
    return Output(stream, format or Lines(), SimulatedRuntime(), lambda: said.append("closed"))


def added(name: str) -> Happened:
    return Happened("nodes", Added(node(name, 1).key, node(name, 1)))


def test_a_pipe_gets_plain_lines_each_at_once() -> None:
    pipe = Pipe()
    out = output(pipe)
    out.report(added("node-1"))
    assert pipe.getvalue().endswith("+ ADDED    node-1            NotReady\n")
    assert "\x1b" not in pipe.getvalue()
    assert pipe.flushes == 1
    out.report(added("node-2"))
    assert pipe.flushes == 2


def test_a_terminal_gets_colour_unless_no_color_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    coloured, plain = Tty(), Tty()
    output(coloured).report(added("node-1"))
    monkeypatch.setenv("NO_COLOR", "1")
    output(plain).report(added("node-1"))
    assert "\x1b[32m+ ADDED    \x1b[0mnode-1 " in coloured.getvalue()
    assert "+ ADDED" in plain.getvalue()
    assert "\x1b" not in plain.getvalue()


def updated(name: str) -> Happened:
    old, new = node(name, 1), node(name, 2, spec={"a": "x" * 30, "b": "y" * 30, "c": "z" * 30})
    return Happened("nodes", Updated(new.key, old, new))


def test_on_a_terminal_a_change_keeps_to_its_width_and_in_a_pipe_it_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    monkeypatch.setenv("NO_COLOR", "1")
    narrow, pipe = Tty(), Pipe()
    output(narrow).report(updated("node-1"))
    output(pipe).report(updated("node-1"))
    assert narrow.getvalue().rstrip("\n").endswith("spec.a: +" + "x" * 30 + " (+2 more)")
    assert pipe.getvalue().count(": +") == 3
    monkeypatch.setenv("COLUMNS", "60")
    output(narrower := Tty()).report(updated("node-1"))
    assert "\n" not in narrower.getvalue().rstrip("\n")
    assert narrower.getvalue().rstrip("\n").endswith("… (+2 more)")
    output(narrower).report(added("a-node-with-a-name-that-takes-more-than-its-share-of-the-line"))
    assert [len(line) <= 60 for line in narrower.getvalue().splitlines()] == [True, True]


def test_what_the_encoding_lacks_is_written_in_ascii() -> None:
    pipe = Pipe(encoding="ascii")
    out = output(pipe)
    out.report(Back("nodes", "7", 1, 0.5))
    out.report(Said("cluster", "größer →"))
    assert "= nodes    back after 1 attempt" in pipe.getvalue()
    assert "gr\\xf6\\xdfer ->" in pipe.getvalue()


def test_when_the_reader_has_gone_it_says_so_once_and_drops_the_rest() -> None:
    closed: list[str] = []
    pipe = Pipe(room=1)
    out = output(pipe, closed=closed)
    for name in ("node-1", "node-2", "node-3"):
        out.report(added(name))
    assert closed == ["closed"]
    assert pipe.getvalue().count("\n") == 1


def test_brackets_in_names_and_messages_are_not_taken_for_markup() -> None:
    pipe = Pipe()
    output(pipe).report(Said("cluster", "[bold]x[/bold] :smile:"))
    assert "[bold]x[/bold] :smile:" in pipe.getvalue()


def test_a_json_line_is_never_broken_or_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    tty = Tty()
    output(tty, JsonLines()).report(updated("node-1"))
    assert tty.getvalue().count("\n") == 1
    assert "\x1b" not in tty.getvalue()


def test_a_format_may_give_several_lines_for_one_report() -> None:
    class Twice:
        def render(self, at: object, report: object, width: int | None) -> list[Text]:
            return [Text("one"), Text("two")]

    pipe = Pipe()
    output(pipe, Twice()).report(Said("cluster", ""))
    assert pipe.getvalue() == "one\ntwo\n"


def test_objects_of_any_size_are_one_line() -> None:
    pipe = Pipe()
    big = KubeObject.from_dict({"kind": "ConfigMap", "metadata": {"name": "big"}, "data": {"text": "line\n" * 1000}})
    output(pipe, JsonLines()).report(Happened("configmaps", Added(big.key, big)))
    assert pipe.getvalue().count("\n") == 1
