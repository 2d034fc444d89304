"""`informer watch` as a person runs it, beside somebody who changes the cluster."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from kubernetes import client

from fakes.clusters import Cluster
from tests.waiting import PATIENCE, eventually


class Watching:
    """A running `informer watch ... -o json`, and the lines it has printed so far."""

    def __init__(self, cluster: Cluster, *arguments: str) -> None:
        command = [sys.executable, "-c", "import sys; from informer.cli import main; sys.exit(main())", "watch", *arguments, "-o", "json"]
        environment = {**os.environ, "KUBECONFIG": str(cluster.kubeconfig)}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def said(self, type: str, name: str = "") -> list[dict[str, Any]]:
        return [line for line in list(self.lines) if line["type"] == type and (line.get("key") or "").endswith(name)]

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code


@pytest.fixture
def watching(cluster: Cluster, namespace: str) -> Iterator[Watching]:
    running = Watching(cluster, "configmaps", "-n", namespace)
    yield running
    running.end()


@pytest.mark.kube_cluster(needs="restart")
def test_it_prints_what_happens_through_a_restart_of_the_api_server_and_ends_on_ctrl_c(
    cluster: Cluster, namespace: str, watching: Watching
) -> None:
    eventually(lambda: watching.said("SYNCED"))
    with cluster.api_client() as api:
        core: Any = client.CoreV1Api(api)
        core.create_namespaced_config_map(namespace, {"metadata": {"name": "one"}, "data": {"colour": "red"}})
        eventually(lambda: watching.said("ADDED", "one"))
        cluster.restart("kill")
        core.patch_namespaced_config_map("one", namespace, {"data": {"colour": "blue"}})
        eventually(lambda: watching.said("UPDATED", "one"))
        core.delete_namespaced_config_map("one", namespace)
        eventually(lambda: watching.said("DELETED", "one"))
    assert any("colour" in str(change) for change in watching.said("UPDATED", "one")[0]["changed"])
    assert watching.said("TROUBLE")
    assert watching.interrupt() == 0
    assert watching.said("SUMMARY")


def test_an_unknown_resource_is_one_line_and_an_exit_code_of_its_own(cluster: Cluster) -> None:
    command = [sys.executable, "-c", "import sys; from informer.cli import main; sys.exit(main())", "watch", "confgmaps"]
    run = subprocess.run(
        command, env={**os.environ, "KUBECONFIG": str(cluster.kubeconfig)}, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert run.returncode == 3
    assert "configmaps" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
