"""Every Python block of the documentation is run: tests by pytest, programs against a served fake, operators by kopf."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from informer import ThreadRuntime
from tests.docs.page import Block, blocks, pages, write_files
from tests.docs.playground import SIGTERM, Ended, Playground, not_printed, python
from tests.waiting import PATIENCE

SNIPPETS = [block for page in pages() for block in blocks(page) if block.language == "python"]
TESTS = [block for block in SNIPPETS if block.kind == "test"]
PAGES = sorted({block.page for block in SNIPPETS if block.kind != "test"})


def run(block: Block, folder: Path, patience: float) -> Ended:
    """Run a program that lies in `folder`."""
    with Playground(patience) as playground:
        command = python(block.file_name)
        ready: Callable[[str], bool] | None = None
        if block.kind == "operator":
            command = [sys.executable, "-m", "kopf", "run", "--all-namespaces", block.file_name]
            playground.environment["PYTHONWARNINGS"] = "default"
        elif "from_config" not in block.text and "load_kube_config" not in block.text:
            ready = anything  # it needs no cluster
        elif "from informer import" in block.text and "run_forever" not in block.text:
            ready = never  # it ends by itself
        return playground.run(command, folder, ready=ready, shows=block.shown.splitlines(), hears_sigterm="run_forever" in block.text)


def anything(out: str) -> bool:
    return out != ""


def never(out: str) -> bool:
    return False


def trouble_with(block: Block, folder: Path, patience: float = PATIENCE) -> str | None:
    """What a reader would complain about who saved the page's blocks in `folder` and ran this one."""
    try:
        ended = run(block, folder, patience)
    except Exception as error:
        return f"{block}: {error!r}"
    killed = ended.asked and ended.code == -SIGTERM and "run_forever" not in block.text and "Traceback" not in ended.err
    if not (ended.well or killed):
        return f"{block}: {ended}"
    missing = not_printed(block.shown.splitlines(), ended.out)
    return f"{block} does not print {missing}: {ended}" if missing else None


def run_tests(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the tests in `folder` as a project of its own would."""
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--import-mode=importlib",
        "--rootdir",
        str(folder),
        str(folder),
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(page) for page in folder.iterdir() if page.is_dir())}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=3 * PATIENCE)


def missing_modules(block: Block) -> list[str]:
    """Other people's, which the installed releases lack: `kubernetes.informer` came with 36, kopf is nothing we depend on."""
    others = re.findall(r"^(?:from|import) (kubernetes\.informer|kopf)\b", block.text, re.MULTILINE)
    return [name for name in others if importlib.util.find_spec(name) is None]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_programs_of_a_page_run_and_end_when_they_are_asked_to(page: Path, tmp_path: Path) -> None:
    """Beside each other, as most of what they do is to wait."""
    write_files(page, tmp_path)
    programs = [block for block in SNIPPETS if block.page == page and block.kind != "test"]
    missing = {name for block in programs for name in missing_modules(block)}
    troubles: dict[str, str | None] = {}

    def look_at(block: Block) -> None:
        troubles[str(block)] = trouble_with(block, tmp_path)

    runtime = ThreadRuntime()
    runs = [runtime.spawn(partial(look_at, block), name=str(block)) for block in programs if not missing_modules(block)]
    assert all(run.join(4 * PATIENCE) for run in runs)
    assert len(troubles) == len(runs)
    assert "\n".join(filter(None, troubles.values())) == ""
    if missing:
        pytest.skip(f"the others passed; {missing} cannot be imported here")


def test_the_tests_of_the_pages_pass(tmp_path: Path) -> None:
    for page in {block.page for block in TESTS}:
        folder = tmp_path / page.stem
        folder.mkdir()
        write_files(page, folder)
    run = run_tests(tmp_path)
    expected = sum(len(re.findall(r"^def test_", block.text, re.MULTILINE)) for block in TESTS)
    assert run.returncode == 0, run.stdout + run.stderr
    assert (passed := re.search(r"^(\d+) passed", run.stdout, re.MULTILINE)), run.stdout
    assert int(passed[1]) >= expected, run.stdout


BROKEN = {
    "a name that does not exist": "from informer import SharedInformerFactory\nSharedInformerFactory.of_config()\n",
    "a handler that raises": (
        "from informer import SharedInformerFactory\n"
        "factory = SharedInformerFactory.from_config()\n"
        "factory.informer('nodes').on_add(lambda node: (print(node.name), node.nmae))\n"
        "factory.run_forever()\n"
        "```\n\n```text\nnode-1\n"
    ),
    "a program that does not hear SIGTERM": (
        "import signal\n"
        "from informer import SharedInformerFactory\n"
        "factory = SharedInformerFactory.from_config()\n"
        "factory.informer('nodes').start()\n"
        "# run_forever\n"
        "signal.pause()\n"
    ),
    "output that does not come": "print('one')\n```\n\n```text\ntwo\n",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_program_is_found(text: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"Do this:\n\n```python\n{text}```\n")
    write_files(page, tmp_path)
    [block] = (block for block in blocks(page) if block.language == "python")
    assert trouble_with(block, tmp_path, patience=5) is not None


def test_lines_of_two_threads_may_be_one() -> None:
    assert not_printed(["a: 1", "b: 2"], "a: 1b: 2\n\n") == []
    assert not_printed(["a: 1", "b: 2"], "a: 1\n") == ["b: 2"]


def test_a_broken_test_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\ndef test_a_node(fake_api_server):\n    assert fake_api_server.list('nodes') == [1]\n```\n")
    write_files(page, tmp_path)
    assert run_tests(tmp_path).returncode == 1


def test_no_page_has_a_block_that_nobody_looks_at() -> None:
    known = {"python", "console", "text", "yaml"}
    strange = [str(block) for page in pages() for block in blocks(page) if block.language not in known and page.name != "architecture.md"]
    assert strange == []
