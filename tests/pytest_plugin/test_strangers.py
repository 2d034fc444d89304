"""Projects that have a `fakes` of their own, with informer-kit installed beside them: their tests pass as they did before.

Each runs as a process of its own, in a folder away from the checkout, so that it meets informer-kit as it is installed.
"""

from __future__ import annotations

import sys

import pytest

pytest_plugins = ["pytester"]

MINE = "from {module} import answer\n\ndef test_mine():\n    assert answer() == 42\n"
ANSWER = "def answer():\n    return 42\n"
USES_OUR_FIXTURES = "def test_server(fake_api_server):\n    pass\n\ndef test_cluster(kube_cluster):\n    pass\n"

IN_THE_WAY = {
    "a package": {"fakes/__init__.py": "", "fakes/clock.py": ANSWER, "test_it.py": MINE.format(module="fakes.clock")},
    "a package with a module of a name of ours": {
        "fakes/__init__.py": "",
        "fakes/storage.py": ANSWER,
        "test_it.py": MINE.format(module="fakes.storage"),
    },
    "a module beside the tests": {"tests/fakes.py": ANSWER, "tests/test_it.py": MINE.format(module="fakes")},
    "a folder that is no package, with a module of a name of ours": {
        "fakes/storage.py": ANSWER,
        "test_it.py": MINE.format(module="fakes.storage"),
    },
}
NOT_IN_THE_WAY = {
    "a module in a package of tests": {
        "tests/__init__.py": "",
        "tests/fakes.py": ANSWER,
        "tests/test_it.py": MINE.format(module="tests.fakes"),
    },
    "a folder that is no package": {
        "fakes/clock.py": ANSWER,
        "fakes/storage.json": "{}",
        "test_it.py": MINE.format(module="fakes.clock"),
    },
}


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-W error -p no:hypothesispytest")
    return pytester


def write(project: pytest.Pytester, files: dict[str, str]) -> None:
    """The project, and in it a test that uses fixtures of ours."""
    for name, text in {**files, "tests/test_with_fixtures.py": USES_OUR_FIXTURES}.items():
        path = project.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize("files", IN_THE_WAY.values(), ids=IN_THE_WAY.keys())
def test_where_theirs_is_in_the_way_our_fixtures_fail_and_say_so_and_their_tests_pass(
    project: pytest.Pytester, files: dict[str, str]
) -> None:
    write(project, files)
    run = project.run(sys.executable, "-m", "pytest")
    run.assert_outcomes(passed=1, errors=2)
    theirs = next(iter(files)).removesuffix(".py")
    run.stdout.fnmatch_lines([f"informer-kit's fixtures need its package `fakes`*one of its own in the way: *{theirs}*rename it*"])


@pytest.mark.parametrize("files", NOT_IN_THE_WAY.values(), ids=NOT_IN_THE_WAY.keys())
def test_where_theirs_is_not_in_the_way_all_tests_pass(project: pytest.Pytester, files: dict[str, str]) -> None:
    write(project, files)
    project.run(sys.executable, "-m", "pytest").assert_outcomes(passed=3)
