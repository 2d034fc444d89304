"""Every console block of the documentation: the commands exist, and take the arguments that they are given."""

from __future__ import annotations

import ast
import functools
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.page import CHECKOUT, blocks, pages
from tests.docs.playground import Playground
from tests.waiting import PATIENCE


def commands(text: str) -> Iterator[list[str]]:
    """The commands of a console block, as their words."""
    for line in text.splitlines():
        for command in line.removeprefix("$ ").split("&&"):
            words = shlex.split(command, comments=True)
            if words:
                yield words


COMMANDS = [
    (f"{block}", words) for page in pages() for block in blocks(page) if block.language == "console" for words in commands(block.text)
]


def nox_sessions() -> set[str]:
    tree = ast.parse((CHECKOUT / "noxfile.py").read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.decorator_list}


def trouble_with(words: list[str], folder: Path) -> str | None:
    """Why a command of the documentation cannot be what its reader wants to run."""
    match words:
        case ["informer", *arguments]:
            return trouble_with_informer(arguments, folder)
        case ["fake-kube", command, *arguments]:
            unknown = {argument for argument in arguments if argument.startswith("-")} - options_of_fake_kube(command)
            return f"fake-kube {command} has no options {unknown}" if unknown else None
        case [setting, "kubectl", *_] if setting.startswith("KUBECONFIG="):
            return None  # e2e/test_kubectl.py runs it
        case ["pytest", *arguments]:
            return trouble_with_pytest(arguments)
        case ["nox", *arguments]:
            named = arguments[1 : arguments.index("--") if "--" in arguments else None]
            unknown = set(named) - nox_sessions() if arguments[:1] == ["-s"] else set(named)
            return f"no session {unknown}" if unknown else None
        case ["pip", "install", *arguments]:
            return trouble_with_pip(arguments)
        case ["python", file]:
            return None if (CHECKOUT / file).is_file() else f"there is no {file}"
        case [".ci/run"]:
            return None if os.access(CHECKOUT / ".ci/run", os.X_OK) else "cannot be executed"
        case _:
            return "nobody here knows this command; teach this test, or take it out"


def trouble_with_informer(arguments: list[str], folder: Path) -> str | None:
    """Run it until it has shown something."""
    goes_on = not {"--help", "--version"} & set(arguments)
    command = [str(Path(sys.executable).with_name("informer")), *arguments]
    with Playground() as playground:
        ended = playground.run(command, folder, ready=lambda out: goes_on and out != "", hears_sigterm=True)
    return None if ended.well and ended.out else str(ended)


@functools.cache
def options_of_fake_kube(command: str) -> set[str]:
    words = [str(Path(sys.executable).with_name("fake-kube")), command, "--help"]
    run = subprocess.run(words, capture_output=True, text=True, check=True, timeout=PATIENCE)
    return set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", run.stdout))


@functools.cache
def options_of_pytest() -> set[str]:
    run = subprocess.run([sys.executable, "-m", "pytest", "--help"], capture_output=True, text=True, check=True, timeout=PATIENCE)
    return set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", run.stdout))


def trouble_with_pytest(arguments: list[str]) -> str | None:
    unknown = {argument.partition("=")[0] for argument in arguments if argument.startswith("-")} - options_of_pytest()
    return f"pytest has no options {unknown}" if unknown else None


def trouble_with_pip(arguments: list[str]) -> str | None:
    extras = set(tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["optional-dependencies"])
    for argument in arguments:
        ours = re.fullmatch(r"\.(?:\[([\w,-]+)\])?", argument)
        if ours and set((ours[1] or "").split(",")) - extras - {""}:
            return f"{argument}: there is no such extra"
        if not ours and argument not in ("nox", "-e"):
            return f"{argument}: not ours"
    return None


@pytest.mark.parametrize(("words"), [words for _, words in COMMANDS], ids=[f"{where} {words[0]}" for where, words in COMMANDS])
def test_a_command_of_the_documentation_can_be_run(words: list[str], tmp_path: Path) -> None:
    trouble = trouble_with(words, tmp_path)
    assert trouble is None, trouble


@pytest.mark.parametrize(
    "command",
    [
        "informer demo --fault",
        "informer watsch nodes",
        "pytest --kube-clusters kind",
        "nox -s units",
        "python benchmarks/faek.py",
        "pip install '.[client]'",
        "kubeclt get nodes",
    ],
)
def test_a_broken_command_is_found(command: str, tmp_path: Path) -> None:
    [words] = commands(command)
    assert trouble_with(words, tmp_path) is not None


def test_the_two_commands_of_the_readme_are_its_only_console_blocks() -> None:
    readme = CHECKOUT / "README.md"
    assert [block.text for block in blocks(readme) if block.language == "console"] == [
        "pip install '.[cli,fakes]' && informer demo\n",
        "pip install nox && nox -s unit\n",
    ]
