"""Options of `nox -s conformance`."""

from __future__ import annotations

import pytest

from e2e.suites import expected
from e2e.suites.suite import SUITES


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--suite", action="append", choices=list(SUITES), help="run only this suite")
    parser.addoption("--focus", default="", metavar="PATTERN", help="run only the specs whose name matches")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The suites that are meant: those asked for that have a spec which `--focus` means."""
    asked, focus = metafunc.config.getoption("suite") or list(SUITES), metafunc.config.getoption("focus")
    metafunc.parametrize("suite_name", chosen_suites(asked, focus))


def chosen_suites(asked: list[str], focus: str) -> list[str]:
    """The names of those that have a spec whose name matches. Raises `UsageError` where none has."""
    chosen = [name for name in asked if expected.named(SUITES[name], focus)]
    if not chosen:
        raise pytest.UsageError(f"--focus: no spec of {' or '.join(asked)} has a name that matches {focus!r}, or it is left out")
    return chosen
