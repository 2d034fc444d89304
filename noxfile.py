"""What checks the project: `nox` runs lint, types and unit; `nox -s e2e` runs the rest against a real API server.

Each session has an environment of its own, made with the Python that runs nox. What stands after `--` goes to pytest.
"""

from __future__ import annotations

import nox

nox.options.default_venv_backend = "venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "types", "unit"]

CHECKOUT = ("-e", ".[cli,fakes]")


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
    session.install("mypy", "pytest", "cryptography", "types-PyYAML", "nox", *CHECKOUT)
    session.run("mypy")


@nox.session
def unit(session: nox.Session) -> None:
    """The tests that need nothing but Python: in memory, in virtual time."""
    session.install("pytest", "ruff", "cryptography", *CHECKOUT)
    session.run("pytest", *(session.posargs or ["tests"]))


@nox.session
def e2e(session: nox.Session) -> None:
    """The tests against a cluster: a control plane built from Go modules, or `-- --kube-cluster fake`, `kind`, a kubeconfig."""
    session.install("pytest", "-e", ".[cli,fakes,control-plane]")
    named = any(argument.startswith("--kube-cluster") for argument in session.posargs)
    cluster = [] if named else ["--kube-cluster", "control-plane"]
    session.run("pytest", "e2e", *cluster, *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """The informer beside its peers, as ratios. Takes a minute; `-- PODS EVENTS` for other sizes."""
    session.install("kopf", *CHECKOUT)
    session.run("python", "benchmarks/bench.py", *session.posargs)
