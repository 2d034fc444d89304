from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from fakes.clusters import ClusterError
from fakes.clusters.control_plane import control_plane
from fakes.clusters.control_plane.binaries import Binaries
from fakes.clusters.control_plane.control_plane import ControlPlane


def broken_programs(folder: Path, message: str) -> Binaries:
    """An etcd that counts its starts and dies with a message."""
    etcd = folder / "etcd"
    etcd.write_text(f"#!/bin/sh\necho start >> {folder}/starts\necho '{message}'\nexit 1\n")
    etcd.chmod(0o755)
    return Binaries(folder / "kube-apiserver", etcd, None, None)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def launch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, message: str) -> tuple[str, int]:
    """What a launch with such an etcd raises, and how often it was started."""
    monkeypatch.setattr(control_plane, "find_binaries", lambda: broken_programs(tmp_path, message))
    with pytest.raises(ClusterError) as caught:
        ControlPlane.launch()
    return str(caught.value), len((tmp_path / "starts").read_text().split())


def test_a_program_that_dies_at_the_start_is_an_error_with_its_log_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, temporary: Path
) -> None:
    message, starts = launch(monkeypatch, tmp_path, "no such luck")
    assert message == "etcd ended with 1 while it was starting; the last lines of its log:\nno such luck"
    assert starts == 1
    assert list(temporary.iterdir()) == []


def test_a_port_that_somebody_took_is_tried_again_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, temporary: Path) -> None:
    message, starts = launch(monkeypatch, tmp_path, "listen tcp 127.0.0.1:2379: bind: address already in use")
    assert "address already in use" in message
    assert starts == 2
    assert list(temporary.iterdir()) == []
