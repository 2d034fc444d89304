"""kubectl, the real program, at work on the cluster; and `informer watch` beside it, seeing what it does."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from e2e.kubectl import Kubectl
from fakes.clusters import Cluster
from tests.waiting import PATIENCE, eventually

TRANSCRIPT = Path(__file__).with_name("kubectl-session.txt")
"""What kubectl prints on a real 1.37.2 control plane, command by command, masked."""

CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: colours
  labels: {team: blue}
data:
  first: red
"""

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: server
        image: example.com/server:1
"""

WIDGETS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.kubectl.example.com
spec:
  group: kubectl.example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wi]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}
    additionalPrinterColumns:
    - {name: Size, type: integer, jsonPath: .spec.size}
    - {name: Phase, type: string, jsonPath: .status.phase}
    - {name: Colour, type: string, jsonPath: .spec.colour, priority: 1}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              size: {type: integer}
              colour: {type: string}
          status:
            type: object
            properties:
              size: {type: integer}
              phase: {type: string}
"""

WIDGET = """
apiVersion: kubectl.example.com/v1
kind: Widget
metadata: {name: one}
spec: {size: 3, colour: red}
"""

SHARED = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: shared
data:
  first: red
  second: green
"""

MANIFESTS = {
    "config": CONFIG,
    "config-changed": CONFIG.replace("red", "yellow"),
    "config-misspelled": CONFIG.replace("labels:", "lables:"),
    "shared": SHARED,
    "shared-changed": SHARED.replace(": red", ": blue").replace("green", "yellow"),
    "shared-less": SHARED.replace("  second: green\n", ""),
    "shared-misspelled": SHARED.replace("\ndata:", "\ndate:"),
    "web": WEB,
    "web-changed": WEB.replace("server:1", "server:2"),
    "widgets": WIDGETS,
    "widget": WIDGET,
    "widget-changed": WIDGET.replace("size: 3", "size: 4"),
}


@pytest.fixture
def kubectl(cluster: Cluster, namespace: str, tmp_path: Path) -> Kubectl:
    return Kubectl(cluster.kubeconfig, namespace, tmp_path)


def command(line: str) -> tuple[list[str], str]:
    """The words of a command line, and the manifest that it reads where it ends with `< NAME`."""
    words, _, manifest = line.partition(" < ")
    return shlex.split(words), MANIFESTS[manifest] if manifest else ""


def exchanges(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a transcript, and the lines that it printed."""
    for part in f"\n{text.rstrip()}".split("\n$ kubectl ")[1:]:
        line, *printed = part.split("\n")
        yield line, printed


def test_a_session_prints_what_it_prints_on_a_real_control_plane(kubectl: Kubectl) -> None:
    session = list(exchanges(TRANSCRIPT.read_text()))
    assert len(session) > 50
    for line, expected in session:
        words, manifest = command(line)
        assert (line, kubectl(words, manifest)) == (line, expected)


@contextmanager
def background(*words: str) -> Iterator[Path]:
    """A program beside the test, asked to end as with Ctrl-C after it. Gives the file of what it has printed so far."""
    path = Path(words[-1])
    with path.open("w") as file:
        process = subprocess.Popen(words[:-1], stdout=file)
        try:
            yield path
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)


def test_an_informer_and_a_kubectl_watch_see_every_change_that_kubectl_makes(
    kubectl: Kubectl, cluster: Cluster, namespace: str, tmp_path: Path
) -> None:
    informer = [sys.executable, "-c", "from informer.cli import main; main()", "watch", "configmaps", "-n", namespace, "-o", "json"]
    watch = [*kubectl.command, "get", "configmaps", "--watch", "--output-watch-events", "--no-headers"]
    by_informer, by_kubectl = str(tmp_path / "informer"), str(tmp_path / "kubectl")
    kubectl(*command("create -f - < config"))
    with background(*informer, "--kubeconfig", str(cluster.kubeconfig), by_informer) as seen, background(*watch, by_kubectl) as printed:
        eventually(lambda: "SYNCED" in seen.read_text())
        eventually(lambda: "ADDED" in printed.read_text())
        for line in ("label configmap colours team=green --overwrite", "apply -f - < config-changed", "delete configmap colours"):
            kubectl(*command(line))
        eventually(lambda: "DELETED" in seen.read_text())
        eventually(lambda: "DELETED" in printed.read_text())
        changes = [json.loads(line) for line in seen.read_text().splitlines()]
        lines = printed.read_text().splitlines()
    about_objects = [change for change in changes if "object" in change]
    assert [change["type"] for change in about_objects] == ["ADDED", "UPDATED", "UPDATED", "DELETED"]
    assert [change["object"]["metadata"].get("labels") for change in about_objects[:3]] == [
        {"team": "blue"},
        {"team": "green"},
        {"team": "blue"},
    ]
    assert about_objects[-1]["object"]["data"] == {"first": "yellow"}
    assert [line.split()[:2] for line in lines] == [[event, "colours"] for event in ("ADDED", "MODIFIED", "MODIFIED", "DELETED")]
