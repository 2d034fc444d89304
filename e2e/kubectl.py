"""Kubectl: the real program, asked as at a prompt, with what differs from run to run masked in its answers."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from fakes.clusters.control_plane.binaries import find_binaries
from tests.waiting import PATIENCE

_MASKS = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "UID"),
    (re.compile(r'(resourceVersion"?: )"\d+"'), r'\1"VERSION"'),
    (re.compile(r"\b10\.96\.\d+\.\d+"), "ADDRESS"),
    (re.compile(r"(?<=\s)(\d+[smh]){1,2}(?=\s|$)"), "AGE"),
    (re.compile(r"(?<=\S) {2,}"), "  "),
)


def find_kubectl() -> Path:
    """On PATH, or where the programs of a control plane are."""
    installed = shutil.which("kubectl")
    found = Path(installed) if installed else find_binaries().kubectl
    assert found is not None, "install kubectl, or let KUBEBUILDER_ASSETS name a folder that has it"
    return found


class Kubectl:
    """Asks the cluster of a kubeconfig, in one namespace."""

    def __init__(self, kubeconfig: Path, namespace: str, cache: Path) -> None:
        self._namespace = namespace
        self.command = [str(find_kubectl()), f"--kubeconfig={kubeconfig}", f"--cache-dir={cache}", f"--namespace={namespace}"]

    def __call__(self, words: Sequence[str], stdin: str = "") -> list[str]:
        """The lines that it prints, masked: what comes on stdout, then what comes on stderr."""
        done = subprocess.run([*self.command, *words], input=stdin, capture_output=True, text=True, timeout=PATIENCE)
        return self.masked(done.stdout + done.stderr)

    def masked(self, text: str) -> list[str]:
        """The lines of a text, without what differs from run to run."""
        text = text.replace(self._namespace, "NS")
        for pattern, replacement in _MASKS:
            text = pattern.sub(replacement, text)
        return [line.rstrip() for line in text.splitlines()]
