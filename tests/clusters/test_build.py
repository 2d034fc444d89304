from __future__ import annotations

import fcntl
import threading
from pathlib import Path

import pytest

from fakes.clusters import ClusterError
from fakes.clusters.control_plane import build as build_module
from fakes.clusters.control_plane.build import Build, cache_folder
from fakes.clusters.control_plane.go_module import GoModule
from informer.errors import ConfigurationError
from tests.waiting import PATIENCE, eventually

PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kubectl", "server")
GO = """#!/bin/sh
echo "$1" >> "{calls}"
case "$1" in
  env) echo go{version} ;;
  list) echo 'go: downloading example.com/module v1' >&2; echo one; echo two ;;
  build) echo example.com/package >&2; {build} ;;
esac
"""
BUILDS = f'for name in {" ".join(PROGRAMS)}; do echo "$name" > "$4$name"; done'


@pytest.fixture(autouse=True)
def no_go_of_pypi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_module, "_go_of_pypi", lambda: None)


class FakeGo:
    """A `go` on PATH that is a shell script, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "go"
        self._calls = folder / "calls"

    def install(self, *, version: str = "1.99.0", build: str = BUILDS) -> None:
        self.path.write_text(GO.format(calls=self._calls, version=version, build=build))
        self.path.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        return self._calls.read_text().split()


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGo:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return FakeGo(folder)


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build(GoModule(), tmp_path / "cache")


def test_a_build_leaves_the_four_programs_and_says_what_it_does(go: FakeGo, build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    go.install()
    assert not build.done
    assert build.ensure() == build.folder
    assert sorted(path.name for path in build.folder.iterdir()) == ["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"]
    assert (build.folder / "etcd").read_text() == "server\n"
    said = capsys.readouterr().err
    assert f"building Kubernetes {build.module.kubernetes} and etcd {build.module.etcd}" in said
    assert "1 modules downloaded, now at example.com/module v1" in said


def test_what_is_built_is_not_built_again(go: FakeGo, build: Build) -> None:
    go.install()
    build.ensure()
    go.path.unlink()
    assert build.ensure() == build.folder
    assert go.calls == ["env", "list", "build"]


def test_a_failed_build_tells_the_last_lines_and_leaves_no_folder(go: FakeGo, build: Build) -> None:
    go.install(build="echo 'disk full' >&2; exit 3")
    with pytest.raises(ClusterError, match=r"go build` ended with 3:\nexample.com/package\ndisk full"):
        build.ensure()
    assert not build.done


def test_a_build_after_a_failed_one_starts_from_nothing(go: FakeGo, build: Build) -> None:
    go.install(build='echo half > "$4leftover"; exit 1')
    with pytest.raises(ClusterError):
        build.ensure()
    go.install()
    assert not (build.ensure() / "leftover").exists()


def test_a_second_process_waits_for_the_first_and_uses_what_it_built(go: FakeGo, build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    go.install()
    build.folder.parent.mkdir(parents=True)
    with (build.folder.parent / f"{build.folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = threading.Thread(target=build.ensure)
        second.start()
        eventually(lambda: "another process builds" in capsys.readouterr().err)
        assert second.is_alive()
        build.folder.mkdir()
    second.join(PATIENCE)
    assert not second.is_alive()
    assert go.calls == ["env"]


def test_without_go_the_error_says_what_to_install(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError) as caught:
        build.ensure()
    for words in ("informer-kit[control-plane]", "https://go.dev/dl", "KUBEBUILDER_ASSETS", "kube-apiserver and etcd on PATH"):
        assert words in str(caught.value)


def test_a_go_that_is_too_old_is_named_in_the_error(go: FakeGo, build: Build) -> None:
    go.install(version="1.9.7")
    with pytest.raises(ConfigurationError, match=rf"\({go.path} is Go 1\.9\)"):
        build.ensure()


def test_the_go_of_pypi_stands_in_for_one_that_is_too_old(
    go: FakeGo, build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go.install(version="1.9.7")
    newer = FakeGo(tmp_path)
    newer.install()
    monkeypatch.setattr(build_module, "_go_of_pypi", lambda: str(newer.path))
    assert build.find_go() == newer.path


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"INFORMER_KIT_CACHE": "/own", "XDG_CACHE_HOME": "/shared"}, "/own"),
        ({"XDG_CACHE_HOME": "/shared"}, "/shared/informer-kit"),
        ({}, "/yours/.cache/informer-kit"),
    ],
)
def test_the_cache_folder_is_the_first_that_is_named(variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("INFORMER_KIT_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/yours")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache_folder() == Path(expected)
