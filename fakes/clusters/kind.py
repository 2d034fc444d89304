"""KindCluster: a cluster in Docker containers, made and deleted through the command `kind` (https://kind.sigs.k8s.io).

Guarantees: it has a name and a kubeconfig of its own; `close` deletes it and no other, and so does the end of this Python process if
nobody closed it. Other kind clusters and the user's kubeconfig are left alone. Assumes `kind` on PATH, and a Docker that answers. It can
neither be compacted nor restarted. The calls were checked against kind itself as far as that goes without Docker, and no further.
"""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from kubernetes import client

from fakes.clusters.cluster import ClusterError
from fakes.clusters.unmanaged import UnmanagedCluster
from informer.errors import ConfigurationError

_ASKING_TAKES_AT_MOST = 60.0
_READY_WITHIN = 300
_ACCOUNT_WITHIN = 120.0
_LAST_LINES = 20
_WIDTH = 300


class KindCluster(UnmanagedCluster):
    """A cluster of one node. It is up when it is made, which takes from half a minute to some minutes, and is told on stderr."""

    def __init__(self) -> None:
        """Raises `ConfigurationError` where kind or Docker is missing, `ClusterError` with what kind said where it fails."""
        self._kind = _Kind.find()
        self._kind.check()
        self.name = f"informer-kit-{secrets.token_hex(4)}"
        self._folder = tempfile.TemporaryDirectory(prefix="informer-kit-", ignore_cleanup_errors=True)
        super().__init__(Path(self._folder.name) / "kubeconfig")
        self._owner = os.getpid()
        self._open = True
        atexit.register(self._at_exit)
        try:
            self._kind.create(self.name, self.kubeconfig)
            self._find()
        except BaseException as failure:
            try:
                self.close()
            except ClusterError as second:
                failure.add_note(f"and what was made of it may still be there: {second}")
            raise

    @property
    def kind_of(self) -> str:
        return "kind"

    def namespace(self) -> str:
        """As `Cluster.namespace`; on return the namespace has its default service account, without which it would refuse pods."""
        name = super().namespace()
        deadline = time.monotonic() + _ACCOUNT_WITHIN
        with self.api_client() as api:
            while not client.CoreV1Api(api).list_namespaced_service_account(name, field_selector="metadata.name=default").items:
                if time.monotonic() > deadline:
                    raise ClusterError(f"namespace {name} of {self.name} had no default service account within {_ACCOUNT_WITHIN:g} s")
                time.sleep(0.05)
        return name

    def close(self) -> None:
        """Delete the cluster. Raises `ClusterError` where kind cannot; the message says which cluster is left."""
        if not self._open:
            return
        self._open = False
        atexit.unregister(self._at_exit)
        try:
            self._kind.delete(self.name, self.kubeconfig)
        finally:
            self._folder.cleanup()

    def _at_exit(self) -> None:
        if self._owner == os.getpid():
            self.close()


def describe() -> str:
    """One line for people: kind's version. Raises `ConfigurationError` where kind or Docker is missing; starts nothing."""
    kind = _Kind.find()
    kind.check()
    return kind.ask("version")


class _Kind:
    """The command `kind`: one method for each call that is made of it."""

    def __init__(self, path: str) -> None:
        self._path = path

    @classmethod
    def find(cls) -> _Kind:
        path = shutil.which("kind")
        if path is None:
            raise ConfigurationError(f"the command kind is not on PATH. {_WHAT_TO_INSTALL}")
        return cls(path)

    def check(self) -> None:
        """Raise `ConfigurationError` if kind does not get an answer from Docker."""
        try:
            self.ask("get", "clusters")
        except ClusterError as error:
            raise ConfigurationError(f"kind does not reach Docker. {_WHAT_TO_INSTALL} What it said: {error}") from error

    def ask(self, *words: str) -> str:
        """What a call that changes nothing prints."""
        try:
            answer = subprocess.run(
                [self._path, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=_ASKING_TAKES_AT_MOST
            )
        except subprocess.TimeoutExpired:
            raise ClusterError(f"`kind {' '.join(words)}` gave no answer within {_ASKING_TAKES_AT_MOST:g} s") from None
        except OSError as error:
            raise ConfigurationError(f"{self._path} does not run on this machine: {error}") from error
        if answer.returncode != 0:
            raise _failed(words, answer.returncode, answer.stderr.splitlines())
        return answer.stdout.strip()

    def create(self, name: str, kubeconfig: Path) -> None:
        self._do("create", "cluster", "--name", name, "--kubeconfig", str(kubeconfig), "--wait", f"{_READY_WITHIN}s")

    def delete(self, name: str, kubeconfig: Path) -> None:
        self._do("delete", "cluster", "--name", name, "--kubeconfig", str(kubeconfig))

    def _do(self, *words: str) -> None:
        """A call whose progress is shown. It does not hear an interrupt typed at the terminal: it is ended when we are interrupted."""
        last: deque[str] = deque(maxlen=_LAST_LINES)
        with subprocess.Popen(
            [self._path, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as child:
            try:
                for line in child.stderr or ():
                    last.append(line)
                    print(line, end="", file=sys.stderr, flush=True)
            except BaseException:
                child.terminate()
                raise
        if child.returncode != 0:
            raise _failed(words, child.returncode, last)


def _failed(words: Sequence[str], code: int, lines: Sequence[str] | deque[str]) -> ClusterError:
    said = "\n".join(line.rstrip()[:_WIDTH] for line in lines if line.strip())
    return ClusterError(f"`kind {' '.join(words)}` ended with {code}:\n{said}")


_WHAT_TO_INSTALL = (
    "A kind cluster needs Docker, running (https://docs.docker.com/engine/install), and kind "
    "(https://kind.sigs.k8s.io/docs/user/quick-start); --kube-cluster control-plane needs neither."
)
