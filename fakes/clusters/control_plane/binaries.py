"""Binaries: the programs of a control plane, and where they are found.

Looked for in this order: the folder that `KUBEBUILDER_ASSETS` names, PATH, the cache; where none has them they are built into the cache.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from fakes.clusters.control_plane.build import Build, cache_folder
from fakes.clusters.control_plane.go_module import GoModule
from informer.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Binaries:
    """Paths of the programs. Without a controller manager namespaces stay `Terminating` and nothing is garbage collected."""

    api_server: Path
    etcd: Path
    controller_manager: Path | None
    kubectl: Path | None


def find_binaries() -> Binaries:
    """The programs, built now where there are none. Raises `ConfigurationError` where that cannot be done here."""
    found = _installed()
    if found is not None:
        return found
    build = Build(GoModule(), cache_folder())
    return _in_folder(build.ensure())


def describe() -> str:
    """One line for people: versions, and where the programs are or come from. Builds nothing; raises as `find_binaries` does."""
    found = _installed()
    module = GoModule()
    build = Build(module, cache_folder())
    if found is None and build.done:
        found = _in_folder(build.folder)
    if found is not None:
        version = _version_of(found.api_server)
        without = "" if found.controller_manager else ", without a controller manager"
        return f"{version} from {found.api_server.parent}{without}"
    go = build.find_go()
    return f"Kubernetes {module.kubernetes} and etcd {module.etcd}, to be built with {go} (some ten minutes, once) into {build.folder}"


def _installed() -> Binaries | None:
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    if assets:
        return _in_folder(Path(assets))
    api_server, etcd = _on_path("kube-apiserver"), _on_path("etcd")
    if api_server is None or etcd is None:
        return None
    return Binaries(api_server, etcd, _on_path("kube-controller-manager"), _on_path("kubectl"))


def _in_folder(folder: Path) -> Binaries:
    def find(name: str) -> Path | None:
        path = folder / name
        return path if os.access(path, os.X_OK) else None

    api_server, etcd = find("kube-apiserver"), find("etcd")
    if api_server is None or etcd is None:
        raise ConfigurationError(
            f"{folder} lacks kube-apiserver or etcd. Unset KUBEBUILDER_ASSETS, or let it name a folder that has both "
            "(`setup-envtest use -p path` prints one)."
        )
    return Binaries(api_server, etcd, find("kube-controller-manager"), find("kubectl"))


def _version_of(program: Path) -> str:
    try:
        return subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=120).stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        raise ConfigurationError(f"{program} does not run on this machine: {error}") from error


def _on_path(name: str) -> Path | None:
    path = shutil.which(name)
    return Path(path) if path else None
