from __future__ import annotations

from pathlib import Path

import pytest

from fakes.clusters.control_plane import binaries, build
from fakes.clusters.control_plane.binaries import Binaries, find_binaries
from fakes.clusters.control_plane.build import Build
from fakes.clusters.control_plane.go_module import GoModule
from informer.errors import ConfigurationError


@pytest.fixture(autouse=True)
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("INFORMER_KIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setattr(build, "_go_of_pypi", lambda: None)


def install(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text(f"#!/bin/sh\necho {name} v0\n")
        (folder / name).chmod(0o755)
    return folder


def test_the_folder_of_kubebuilder_assets_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "path", "kube-apiserver", "etcd")
    assets = install(tmp_path / "assets", "kube-apiserver", "etcd", "kubectl")
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(assets))
    assert find_binaries() == Binaries(assets / "kube-apiserver", assets / "etcd", None, assets / "kubectl")


def test_assets_that_lack_etcd_are_an_error_that_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assets = install(tmp_path / "assets", "kube-apiserver")
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(assets))
    with pytest.raises(ConfigurationError, match=rf"{assets} lacks kube-apiserver or etcd.*KUBEBUILDER_ASSETS"):
        find_binaries()


def test_programs_on_path_are_used(tmp_path: Path) -> None:
    path = install(tmp_path / "path", "kube-apiserver", "etcd", "kube-controller-manager")
    assert find_binaries() == Binaries(path / "kube-apiserver", path / "etcd", path / "kube-controller-manager", None)


def test_an_api_server_alone_on_path_is_not_enough(tmp_path: Path) -> None:
    install(tmp_path / "path", "kube-apiserver")
    with pytest.raises(ConfigurationError, match="KUBEBUILDER_ASSETS"):
        find_binaries()


def test_what_is_in_the_cache_is_used_without_go(tmp_path: Path) -> None:
    names = ("kube-apiserver", "kube-controller-manager", "kubectl", "etcd")
    folder = install(Build(GoModule(), tmp_path / "cache").folder, *names)
    found = find_binaries()
    assert (found.api_server, found.kubectl) == (folder / "kube-apiserver", folder / "kubectl")


def test_the_description_tells_version_place_and_what_is_missing(tmp_path: Path) -> None:
    path = install(tmp_path / "path", "kube-apiserver", "etcd")
    assert binaries.describe() == f"kube-apiserver v0 from {path}, without a controller manager"


def test_the_description_refuses_what_cannot_be_built_here() -> None:
    with pytest.raises(ConfigurationError, match=r"informer-kit\[control-plane\]"):
        binaries.describe()


def test_the_description_of_programs_for_another_machine_is_an_error(tmp_path: Path) -> None:
    path = install(tmp_path / "path", "kube-apiserver", "etcd")
    (path / "kube-apiserver").write_bytes(b"\x7fELF nonsense")
    with pytest.raises(ConfigurationError, match=r"kube-apiserver does not run on this machine"):
        binaries.describe()
