"""The workflow for GitHub: that it is one, and that what it calls exists. Whether it passes there is seen there."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
import yaml

from fakes.clusters import CLUSTERS
from tests.docs.page import CHECKOUT
from tests.docs.test_commands import nox_sessions


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    workflow = yaml.safe_load((CHECKOUT / ".github/workflows/ci.yml").read_text())
    assert set(workflow) >= {"name", True, "jobs"}  # `on` is YAML 1.1 for true
    found: dict[str, Any] = workflow["jobs"]
    return found


def steps(jobs: dict[str, Any], key: str) -> list[str]:
    return [str(step[key]) for job in jobs.values() for step in job["steps"] if key in step]


def test_the_nox_sessions_that_it_names_exist(jobs: dict[str, Any]) -> None:
    named = {name for run in steps(jobs, "run") for match in re.findall(r"nox -s ([\w ]+)", run) for name in match.split()}
    assert named == {"unit", "lint", "types", "docs", "e2e"}
    assert named <= nox_sessions()


def test_every_action_is_pinned_to_a_major_version(jobs: dict[str, Any]) -> None:
    assert [action for action in steps(jobs, "uses") if not re.fullmatch(r"[\w.-]+/[\w.-]+@v\d+", action)] == []


def test_every_supported_python_is_in_the_matrix(jobs: dict[str, Any]) -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    supported = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    assert jobs["unit"]["strategy"]["matrix"]["python"] == supported


def test_the_oldest_supported_client_is_in_the_matrix_beside_the_newest(jobs: dict[str, Any]) -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    [oldest] = re.findall(r"^kubernetes>=(\d+)", "\n".join(project["dependencies"]), re.MULTILINE)
    matrix = jobs["unit"]["strategy"]["matrix"]
    assert matrix["client"] == ["newest"]
    assert [each["client"].split(".")[0] for each in matrix["include"]] == [oldest]


def test_e2e_runs_on_every_cluster_that_has_a_name(jobs: dict[str, Any]) -> None:
    assert sorted(jobs["e2e"]["strategy"]["matrix"]["cluster"]) == sorted(CLUSTERS)
