"""The clients: by what command each is started, and what it needs to be installed.

Each is a program of its own, `COMMAND KUBECONFIG NAMESPACE`, that follows the config maps of a namespace and prints what it sees.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fakes.clusters.control_plane.build import Build, cache_folder
from fakes.clusters.control_plane.go_module import ENVIRONMENT, GoModule

_HERE = Path(__file__).parent
_GO = _HERE / "go"
_BUILD_TAKES_AT_MOST = 3600


@dataclass(frozen=True, slots=True)
class Client:
    """One client. `package` is what it imports; `module` the program beside this file that uses it, or none for the one in Go."""

    name: str
    module: str = ""
    package: str = ""
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    tells_expiry: bool = False

    def command(self, kubeconfig: Path, namespace: str) -> list[str]:
        """What starts it. Fails the test where what it needs is missing."""
        program = [sys.executable, "-m", f"e2e.interop.{self.module}"] if self.module else [str(informer_in_go())]
        if self.package and not _is_installed(self.package):
            pytest.fail(f"{self.package} is not installed: run this through `nox -s e2e`, or pip install {self.package}", pytrace=False)
        return [*program, str(kubeconfig), namespace, *self.arguments]


CLIENTS = (
    Client("client-go", environment={"KUBE_FEATURE_WatchListClient": "false"}),
    Client("client-go-streaming", environment={"KUBE_FEATURE_WatchListClient": "true"}),
    Client("kopf", "follow_kopf", "kopf"),
    Client("kr8s", "follow_kr8s", "kr8s"),
    Client("lightkube", "follow_lightkube", "lightkube", tells_expiry=True),
    Client("kubernetes_asyncio", "follow_aio", "kubernetes_asyncio", ["kubernetes_asyncio"], tells_expiry=True),
    Client("kubernetes.aio", "follow_aio", "kubernetes.aio", ["kubernetes.aio"], tells_expiry=True),
)


def informer_in_go() -> Path:
    """The client-go informer of `go/`, built if this very source has not been built before."""
    source = b"".join((_GO / name).read_bytes() for name in ("go.mod", "go.sum", "main.go"))
    program = cache_folder() / "interop" / f"informer-{hashlib.sha256(source).hexdigest()[:16]}"
    if not program.exists():
        go = Build(GoModule(_GO), cache_folder()).find_go()
        partial = program.with_suffix(f".{os.getpid()}")
        command = [str(go), "build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-o", str(partial), "."]
        environment = {**os.environ, **ENVIRONMENT}
        built = subprocess.run(command, cwd=_GO, env=environment, capture_output=True, text=True, timeout=_BUILD_TAKES_AT_MOST)
        assert built.returncode == 0, f"building the client-go informer failed:\n{built.stderr}"
        partial.replace(program)
    return program


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # its parent is not there
        return False
