"""The public names of both packages, which are imported when they are first used."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from tests.waiting import PATIENCE


@pytest.mark.parametrize("package", ["informer", "fakes"])
def test_every_public_name_is_there_and_is_what_its_own_module_has(package: str) -> None:
    module = importlib.import_module(package)
    for name in module.__all__:
        found = getattr(module, name)
        home = getattr(found, "__module__", "")
        assert not home.startswith(package) or getattr(sys.modules[home], name, found) is found


@pytest.mark.parametrize("package", ["informer", "fakes"])
def test_a_name_that_is_none_is_an_ordinary_error(package: str) -> None:
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'Nonsense'"):
        importlib.import_module(package).Nonsense  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'Nonsense'"):
        exec(f"from {package} import Nonsense")


def test_importing_a_small_module_does_not_import_the_kubernetes_client() -> None:
    program = "import informer.errors, informer.pytest_plugin, fakes, sys; print('kubernetes' in sys.modules, 'greenlet' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert run.stdout.split() == ["False", "False"]
