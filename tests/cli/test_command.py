"""The command line itself: help, version, what it says where an extra is missing."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

import informer
from informer.cli.command import run
from informer.cli.exit_codes import ExitCode
from tests.waiting import PATIENCE


def without(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`informer ARGUMENTS` in a process that lacks `module`."""
    program = f"import sys, informer.cli; sys.modules[{module!r}] = None; sys.argv[1:] = {list(arguments)!r}; sys.exit(informer.cli.main())"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=PATIENCE)


@pytest.mark.parametrize("module", ["click", "rich"])
def test_without_its_extra_the_command_says_in_one_line_how_to_install_it(module: str) -> None:
    ended = without(module, "watch", "nodes")
    assert (ended.returncode, ended.stdout) == (ExitCode.USAGE, "")
    assert ended.stderr == "informer: the command needs click and rich: pip install 'informer-kit[cli]'\n"


def test_without_its_extra_the_demo_says_in_one_line_how_to_install_it() -> None:
    ended = without("greenlet", "demo")
    assert (ended.returncode, ended.stdout) == (ExitCode.USAGE, "")
    assert ended.stderr == "informer: the demo needs greenlet: pip install 'informer-kit[cli,fakes]'\n"


def test_without_the_extra_of_the_fakes_watch_works() -> None:
    assert without("greenlet", "watch", "--help").returncode == 0


@pytest.mark.parametrize("command", ["watch", "demo"])
def test_help_has_an_example_and_every_exit_code(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    text = capsys.readouterr().out
    assert f"  informer {command}" in text.split("Options:")[0].split("Examples:")[1]
    listed = dict(line.split(maxsplit=1) for line in text.split("Exit codes:")[1].strip().splitlines())
    assert listed == {str(code.value): code.meaning for code in ExitCode}


@pytest.mark.parametrize("arguments", [["--help"], []])
def test_the_overview_names_both_commands(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 0
    text = capsys.readouterr().out
    assert "demo " in text
    assert "watch " in text


def test_it_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"informer-kit, version {informer.__version__}\n"


def test_an_unknown_command_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["xyzzy"]) == ExitCode.USAGE
    assert capsys.readouterr().err == "informer: No such command 'xyzzy'. See 'informer --help'.\n"


def test_a_second_ctrl_c_ends_at_once_with_the_usual_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("informer.cli.command.watch", interrupted)
    assert run(["watch", "nodes"]) == ExitCode.INTERRUPTED


def test_what_the_informer_logs_does_not_get_between_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("informer", "fakes"):
        monkeypatch.setattr(logging.getLogger(name), "handlers", [])
    run(["--version"])
    for name in ("informer", "fakes"):
        assert [type(handler) for handler in logging.getLogger(name).handlers] == [logging.NullHandler]
