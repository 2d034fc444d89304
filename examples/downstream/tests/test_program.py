"""The program as it is run in production: a process that is given nothing but a kubeconfig, here that of the fake."""

import os
import signal
import subprocess
import sys

from checksums import ANNOTATION, checksum
from waiting import eventually


def test_it_annotates_until_sigterm_and_ends_well(fake_api_server, fake_kubeconfig):
    def annotated():
        return ANNOTATION in fake_api_server.get("configmaps", "one")["metadata"].get("annotations", {})

    metadata = {"name": "one", "namespace": "default", "labels": {"checksum": "wanted"}}
    fake_api_server.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"colour": "red"}})
    environment = {**os.environ, "KUBECONFIG": str(fake_kubeconfig)}
    with subprocess.Popen([sys.executable, "-m", "checksums"], env=environment) as program:
        try:
            eventually(annotated)
        finally:
            program.send_signal(signal.SIGTERM)
    assert program.returncode == 0
    assert fake_api_server.get("configmaps", "one")["metadata"]["annotations"][ANNOTATION] == checksum({"colour": "red"})
