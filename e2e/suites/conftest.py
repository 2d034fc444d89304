"""Options of `nox -s conformance`."""

from __future__ import annotations

import pytest

from e2e.suites.suite import SUITES


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--suite", action="append", choices=list(SUITES), help="run only this suite")
    parser.addoption("--focus", default="", metavar="PATTERN", help="run only the specs whose name matches")
