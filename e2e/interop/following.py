"""Following: a client at work in a process of its own, and what it has printed so far."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from e2e.interop.clients import Client
from tests.waiting import PATIENCE, eventually

_ROOT = Path(__file__).parents[2]
_ENDS_WITHIN = 5.0


class Following:
    """Starts the client; a context manager that ends it. `log` is the file that receives what it writes for people."""

    def __init__(self, client: Client, kubeconfig: Path, namespace: str, log: Path) -> None:
        self.client = client
        self._log = log
        self._lines: list[dict[str, Any]] = []
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                client.command(kubeconfig, namespace),
                cwd=_ROOT,
                env={**os.environ, "KUBECONFIG": str(kubeconfig), **client.environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def saw(self, kind: str, name: str = "", colour: str = "") -> None:
        """Wait until it has printed this event. Fails with all that it printed, and the end of its log."""
        wanted = {"type": kind, "name": name, "colour": colour}
        try:
            eventually(lambda: wanted in self._lines or self._process.poll() is not None, what=f"{self.client.name} sees {wanted}")
            assert wanted in self._lines, f"{self.client.name} ended with {self._process.poll()}"
        except AssertionError as error:
            error.add_note(f"{self.client.name} printed {self._lines}; its log ends with:\n{self._log.read_text()[-2000:]}")
            raise

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(json.loads(line))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(PATIENCE)
        self._process.stdout.close()
