"""What holds for the project as a whole: its seams, its modules' docstrings, what importing it needs, and what its files say."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import PATIENCE

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGES = ("informer", "fakes")
OURS = (*PACKAGES, "tests", "e2e", "examples", "benchmarks", "docs", ".ci", ".github")

FORBIDDEN_BY_THE_RUNTIME_SEAM = [
    "import time",
    "from time import sleep",
    "import threading",
    "import random",
    "import asyncio",
    "import queue",
    "import signal",
    "import secrets",
    "import uuid",
    "import concurrent.futures",
    "from concurrent import futures",
    "import os; os.urandom(1)",
    "import datetime; datetime.datetime.now(datetime.timezone.utc)",
    "from datetime import datetime, timezone as tz; datetime.now(tz.utc)",
]

IMPORT_EVERYTHING_BUT_THE_COMMAND_LINE = """
import importlib, sys
import kubernetes.config  # what this release of the client imports itself is its own business: 12 brings cryptography
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"click", "cryptography", "fakes", "greenlet", "hypothesis", "jsonpatch", "rich"}:
            raise ModuleNotFoundError(f"the core may not need {name}", name=name)
sys.meta_path.insert(0, Refuse())
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def modules(package: str) -> list[Path]:
    return sorted((CHECKOUT / package).rglob("*.py"))


def dotted(path: Path) -> str:
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def texts() -> Iterator[tuple[Path, str]]:
    """Every file of ours that is text, at the top and in the folders that are ours."""
    top = [path for path in CHECKOUT.iterdir() if path.is_file()]
    deeper = [path for folder in OURS for path in (CHECKOUT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    for path in sorted(top + deeper):
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def ruff(snippet: str, *, as_file: str) -> str:
    """What ruff's ban says of a snippet, had it stood in that file of the project."""
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251", "--stdin-filename", as_file, "-"]
    run = subprocess.run(command, cwd=CHECKOUT, input=snippet + "\n", capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert run.returncode in (0, 1), run.stderr
    return run.stdout if run.returncode else ""


@pytest.mark.parametrize("snippet", FORBIDDEN_BY_THE_RUNTIME_SEAM)
def test_time_waiting_chance_and_identity_are_refused_outside_the_runtime(snippet: str) -> None:
    for file in ("informer/cluster/source.py", "fakes/storage/store.py"):
        assert "TID251" in ruff(snippet, as_file=file)


def test_the_runtime_itself_may_import_what_the_others_may_not() -> None:
    assert ruff("import threading, time, random, signal, uuid", as_file="informer/runtime.py") == ""


def test_no_production_module_silences_the_ban_on_the_spot() -> None:
    silenced = [dotted(path) for package in PACKAGES for path in modules(package) if re.search(r"#\s*noqa\b.*TID251", path.read_text())]
    blanket = [
        dotted(path)
        for package in PACKAGES
        for path in modules(package)
        if re.search(r"#\s*(ruff:|flake8:)?\s*noqa\s*(#|$)", path.read_text(), re.M)
    ]
    assert (silenced, blanket) == ([], [])


def test_every_module_opens_with_a_docstring_of_ten_lines_or_fewer_tables_aside() -> None:
    wanting = []
    for path in (path for package in PACKAGES for path in modules(package)):
        tree = ast.parse(path.read_text())
        prose = [line for line in (ast.get_docstring(tree) or "").splitlines() if not line.startswith("    ")]
        if tree.body and not 1 <= len(prose) <= 10:
            wanting.append(dotted(path))
    assert wanting == []


def test_the_informer_and_its_pytest_plugin_import_without_any_extra_and_without_the_fakes() -> None:
    names = [dotted(path) for path in modules("informer") if "cli" not in path.parts]
    run = subprocess.run(
        [sys.executable, "-c", IMPORT_EVERYTHING_BUT_THE_COMMAND_LINE, *names],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert run.returncode == 0, run.stderr


def test_the_version_is_the_same_wherever_it_is_said(pyproject: dict[str, Any]) -> None:
    import informer

    version = pyproject["project"]["version"]
    assert importlib.metadata.version("informer-kit") == version
    assert informer.__version__ == version
    assert version in (CHECKOUT / "CHANGELOG.md").read_text()


def test_both_packages_say_that_they_are_typed() -> None:
    assert [package for package in PACKAGES if not (CHECKOUT / package / "py.typed").exists()] == []


def test_no_file_names_somebodys_home_or_the_place_of_the_checkout() -> None:
    homes = re.compile(r"/(home|Users)/(?!USER\b|you\b)\w+/|(?<!\w)/root/")
    checkout = f"{CHECKOUT}/" if len(CHECKOUT.parts) > 2 else None
    naming = [
        f"{path.relative_to(CHECKOUT)}: {line.strip()[:80]}"
        for path, text in texts()
        if path != Path(__file__).resolve()
        for line in text.splitlines()
        if homes.search(line) or (checkout and checkout in line)
    ]
    assert naming == []


@pytest.fixture
def pyproject() -> dict[str, Any]:
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
