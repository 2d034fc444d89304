"""What checks the project: `nox` runs lint, types and unit; `nox -s e2e` runs the rest against a real API server.

Each session has an environment of its own, made with the Python that runs nox. What stands after `--` goes to pytest.
"""

from __future__ import annotations

import shutil

import nox
from nox.command import CommandFailed

nox.options.default_venv_backend = "venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "types", "unit", "docs"]

CHECKOUT = ("-e", ".[cli,fakes]")
HTTPX_CLIENTS = ("kr8s>=0.20", "lightkube>=1.0")  # one is built on httpx, the other on httpx2
INTEROP = (*HTTPX_CLIENTS, "kopf>=1.45", "kubernetes>=37", "kubernetes_asyncio>=36")


@nox.session
def lint(session: nox.Session) -> None:
    """Style, formatting, and the direction of the imports."""
    session.install("ruff", "import-linter", *CHECKOUT)
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", "--no-logo")


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly. The files are named in pyproject.toml."""
    session.install("mypy", *INTEROP, "pytest", "cryptography", "types-PyYAML", "types-protobuf", "nox", *CHECKOUT)
    session.run("mypy")


@nox.session
def unit(session: nox.Session) -> None:
    """The tests that need nothing but Python: in memory, in virtual time."""
    session.install("pytest", "pytest-xdist", "ruff", "cryptography", *HTTPX_CLIENTS, *CHECKOUT)
    session.run("pytest", *(session.posargs or ["-n", "auto", "tests", "--ignore", "tests/docs"]))


@nox.session
def docs(session: nox.Session) -> None:
    """What the documentation shows: each program, test and command of it is run."""
    # kopf: for the program that the documentation moves from it; the others: for a test that it shows of one
    session.install("pytest", "pytest-xdist", "nox", "kopf", *HTTPX_CLIENTS, *CHECKOUT)
    session.run("pytest", *(session.posargs or ["-n", "auto", "tests/docs"]))


@nox.session
def e2e(session: nox.Session) -> None:
    """The tests against a cluster: kind where it reaches Docker, else a control plane built from Go modules, or `-- --kube-cluster X`."""
    session.install("pytest", *INTEROP, "-e", ".[cli,fakes,control-plane]")
    chosen = any(argument.partition("=")[0] == "--kube-cluster" for argument in session.posargs)
    cluster = () if chosen else ("--kube-cluster", _cluster_of_this_machine(session))
    session.run("pytest", "e2e", *cluster, *session.posargs)


def _cluster_of_this_machine(session: nox.Session) -> str:
    if shutil.which("kind") is None:
        session.log("kind is not installed: taking the control plane")
        return "control-plane"
    try:
        session.run("kind", "get", "clusters", external=True, silent=True)
    except CommandFailed:
        session.log("kind does not reach Docker: taking the control plane")
        return "control-plane"
    return "kind"


@nox.session
def conformance(session: nox.Session) -> None:
    """Test suites that other people wrote, on the fake. `-- --suite NAME`, `-- --focus PATTERN`.

    Builds each suite once, in some ten minutes on two cores; a kubectl on PATH saves building that too.
    """
    session.install("pytest", "-e", ".[cli,fakes,control-plane]")
    session.run("pytest", "-s", "e2e/suites", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """The informer beside its peers, as ratios. Takes a minute; `-- PODS EVENTS` for other sizes."""
    session.install("kopf", *CHECKOUT)
    session.run("python", "benchmarks/bench.py", *session.posargs)
