"""The pinned Go module: which programs of which versions a control plane is built from, and how.

`go.mod` and `go.sum` beside this file are the only place where versions are written; everything here is read out of them.
"""

from __future__ import annotations

import hashlib
import platform
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_ETCD_SERVER = "go.etcd.io/etcd/server/v3"


@dataclass(frozen=True)
class GoModule:
    """A folder with `go.mod` and `go.sum`."""

    folder: Path = Path(__file__).parent

    @cached_property
    def text(self) -> str:
        return (self.folder / "go.mod").read_text()

    @cached_property
    def packages(self) -> tuple[str, ...]:
        """The main packages: what the `tool` lines name."""
        block = re.search(r"^tool \(\n(.*?)^\)", self.text, re.MULTILINE | re.DOTALL)
        if block is None:
            raise ValueError(f"{self.folder / 'go.mod'} has no tool block")
        return tuple(block.group(1).split())

    @property
    def kubernetes(self) -> str:
        """The version of Kubernetes, such as `v1.37.2`."""
        return self._version_of("k8s.io/kubernetes")

    @property
    def version(self) -> str:
        """The version of what is built, which is written into it and into the name of its folder."""
        return self.kubernetes

    @property
    def etcd(self) -> str:
        """The version of etcd, such as `v3.7.0`."""
        return self._version_of(_ETCD_SERVER)

    @property
    def go(self) -> tuple[int, int]:
        """The lowest version of Go that can build it, as major and minor."""
        major, minor = self._search(r"^go (\d+)\.(\d+)").groups()
        return int(major), int(minor)

    @property
    def title(self) -> str:
        """What is built, for people."""
        return f"Kubernetes {self.kubernetes} and etcd {self.etcd}"

    @property
    def need(self) -> str:
        """The beginning of what people are told where there is no Go."""
        return "a control plane needs kube-apiserver and etcd, and this machine has neither them nor"

    @property
    def remedies(self) -> tuple[str, ...]:
        """What they can do instead of getting one."""
        return (
            "put kube-apiserver and etcd on PATH",
            "let KUBEBUILDER_ASSETS name their folder (`setup-envtest use -p path` prints one)",
            "install Docker and kind, and choose --kube-cluster kind",
        )

    def list_command(self, go: Path) -> list[str]:
        """Lists every package the programs need, one a line, and downloads their source."""
        return [str(go), "list", "-deps", "-mod=readonly", *self.packages]

    def build_commands(self, go: Path, output: Path, packages: Sequence[str]) -> list[list[str]]:
        """Build the programs into the folder `output`. `packages` is what `list_command` gave; each is named when it is compiled."""
        return [[str(go), "build", "-v", "-o", f"{output}/", *self.flags, *self.packages]]

    def complete(self, output: Path) -> None:
        """Give the programs in `output` their names."""
        (output / "server").rename(output / "etcd")

    @property
    def flags(self) -> list[str]:
        """Of every command that compiles or links."""
        return [*_FLAGS, "-ldflags", self.linker_flags]

    @property
    def linker_flags(self) -> str:
        """No symbols, and the version written in: without it the server calls itself v0.0.0-master."""
        major, minor = self.version.removeprefix("v").split(".")[:2]
        values = {"gitVersion": self.version, "gitMajor": major, "gitMinor": minor}
        return " ".join(["-s", "-w", *(f"-X k8s.io/component-base/version.{name}={value}" for name, value in values.items())])

    @property
    def cache_name(self) -> str:
        """The name of the folder that what is built from exactly this, for this machine's kind, is kept in."""
        parts = (
            self.text,
            (self.folder / "go.sum").read_text(),
            *_FLAGS,
            self.linker_flags,
            *ENVIRONMENT.items(),
            sys.platform,
            platform.machine(),
        )
        return f"{self.version}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}"

    def _version_of(self, module: str) -> str:
        return str(self._search(rf"^\t{re.escape(module)} (v\S+)").group(1))

    def _search(self, pattern: str) -> re.Match[str]:
        found = re.search(pattern, self.text, re.MULTILINE)
        if found is None:
            raise ValueError(f"{self.folder / 'go.mod'} has no line like {pattern}")
        return found


_FLAGS = ("-mod=readonly", "-trimpath", "-buildvcs=false")

# What a developer's own Go settings must not change. No C compiler is needed without cgo, and no other toolchain is fetched.
ENVIRONMENT = {"CGO_ENABLED": "0", "GOFLAGS": "", "GOOS": "", "GOARCH": "", "GOROOT": "", "GOTOOLCHAIN": "local", "GOWORK": "off"}
