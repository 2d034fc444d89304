"""Playground: the cluster that the documentation's programs run on: a served fake, in which something happens once somebody watches."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from fakes import FakeAPIServer
from informer import ThreadRuntime
from tests.waiting import PATIENCE, eventually

MOMENT = 0.3  # seconds: for what a program does about a change
SIGTERM = 15


@dataclass(frozen=True)
class Ended:
    """How a program ended: by itself, or after SIGTERM, which it got when it had watched for a while (or, without a cluster, printed)."""

    code: int
    out: str
    err: str
    asked: bool

    @property
    def well(self) -> bool:
        return self.code == 0 and "Traceback" not in self.err

    def __str__(self) -> str:
        return f"exit code {self.code}{' after SIGTERM' if self.asked else ''}\n{self.out}{self.err}"


class Playground:
    """Two nodes and three pods of the namespace shop, with a kubeconfig. A context manager.

    `patience` is the number of seconds after which a program that neither does what it is to do nor ends is given up.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self.runtime = ThreadRuntime()
        self.api = FakeAPIServer()
        for number, zone in (("1", "a"), ("2", "b")):
            self.api.create(_node(f"node-{number}", zone))
        self.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
        for number in "123":
            self.api.create(_pod(f"web-{number}"))
        self._served = self.api.serve()
        self.environment = {**os.environ, "KUBECONFIG": str(self._served.kubeconfig), "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "error"}

    def run(
        self,
        command: list[str],
        folder: Path,
        *,
        ready: Callable[[str], bool] | None = None,
        shows: Sequence[str] = (),
        hears_sigterm: bool = False,
    ) -> Ended:
        """Run a command with this cluster. Once it is ready (by default: it watches), and where it is one that `hears_sigterm`, does so,
        change the cluster, and ask it to end when it has printed the lines that it `shows`, or nobody has the patience any more.
        """
        out, err = (folder / f"{command[-1]}.{name}" for name in ("out", "err"))
        with out.open("w") as to_out, err.open("w") as to_err:
            process = subprocess.Popen(
                command, cwd=folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=to_out, stderr=to_err, text=True
            )
        try:
            asked = self._is_ready(
                process,
                lambda: (ready(out.read_text()) if ready else self._watched()) and (not hears_sigterm or _hears_sigterm(process.pid)),
            )
            if asked:
                self._change()
                self._see(lambda: process.poll() is not None or not not_printed(shows, out.read_text()))
                process.terminate()
            code = process.wait(self._patience)
        finally:
            process.kill()
            process.wait()
        return Ended(code, out.read_text(), err.read_text(), asked)

    def _see(self, shown: Callable[[], bool]) -> None:
        self.runtime.sleep(MOMENT)
        with suppress(AssertionError):  # what is missing is said with all that was printed
            eventually(shown, seconds=self._patience)

    def _is_ready(self, process: subprocess.Popen[str], ready: Callable[[], bool]) -> bool:
        """Wait until it is (True) or has ended (False)."""
        eventually(lambda: process.poll() is not None or ready(), seconds=self._patience, what=f"{process.args!r} is ready, or ends")
        if process.poll() is None:
            self.runtime.sleep(MOMENT)
        return process.poll() is None

    def _watched(self) -> bool:
        return any(request.verb == "watch" and request.resource != "customresourcedefinitions" for request in self.api.requests)

    def _change(self) -> None:
        self.api.create(_node("node-3", "a"))
        self.api.patch("nodes", "node-2", {"metadata": {"labels": {"disk": "ssd"}}})
        self.api.delete("nodes", "node-1")
        self.api.create(_pod("web-4"))
        self.api.patch("pods", "web-2", {"metadata": {"labels": {"tier": "front"}}}, "shop")
        self.api.delete("pods", "web-1", "shop", grace=0)

    def __enter__(self) -> Playground:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._served.close()


def not_printed(shows: Sequence[str], out: str) -> list[str]:
    """The lines of `shows` that `out` lacks. In `out` they may share a line, as `print` of two threads writes texts before line ends;
    of a `print` of several texts each is written by itself."""
    return [line for line in shows if line not in out]


def _hears_sigterm(pid: int) -> bool:
    """Whether this process has a handler for it; taken for granted where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    caught = re.search(r"^SigCgt:\s*([0-9a-f]+)$", status.read_text(), re.MULTILINE) if status.exists() else None
    return caught is None or bool(int(caught[1], 16) >> (SIGTERM - 1) & 1)


def python(file_name: str) -> list[str]:
    return [sys.executable, file_name]


def _node(name: str, zone: str) -> Mapping[str, Any]:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": {"zone": zone}}}


def _pod(name: str) -> Mapping[str, Any]:
    spec = {"nodeName": "node-2", "containers": [{"name": "web", "image": "web:1"}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop", "labels": {"app": "web"}}, "spec": spec}
