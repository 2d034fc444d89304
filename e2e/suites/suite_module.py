"""The pinned Go module of a test suite: one package of another module, whose tests become a program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fakes.clusters.control_plane.go_module import GoModule


@dataclass(frozen=True, kw_only=True)
class SuiteModule(GoModule):
    """`package` is the path of the tests inside the module `tested`."""

    tested: str
    package: str

    @property
    def program(self) -> str:
        """What the program is called."""
        return f"{self.package.rpartition('/')[2]}.test"

    @property
    def version(self) -> str:
        return self._version_of(self.tested)

    @property
    def title(self) -> str:
        return f"the tests of {self.tested}/{self.package} {self.version}"

    @property
    def need(self) -> str:
        return f"{self.title} are built here, and this machine has not"

    @property
    def remedies(self) -> tuple[str, ...]:
        return ()

    @cached_property
    def packages(self) -> tuple[str, ...]:
        return (f"{self.tested}/{self.package}",)

    def list_command(self, go: Path) -> list[str]:
        return [str(go), "list", "-deps", "-test", "-mod=readonly", *self.packages]

    def build_commands(self, go: Path, output: Path, packages: Sequence[str]) -> list[list[str]]:
        """Compiling comes first and by itself, since `go test` does not say how far it is."""
        compiling = [str(go), "list", "-export", "-deps", "-test", "-v", *self.flags, *self.packages]
        return [compiling, [str(go), "test", "-c", "-vet=off", "-o", str(output / self.program), *self.flags, *self.packages]]

    def complete(self, output: Path) -> None:
        """It has its name already."""
