from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from fakes.clusters.control_plane import go_module
from fakes.clusters.control_plane.go_module import GoModule


@pytest.fixture
def copy(tmp_path: Path) -> GoModule:
    for name in ("go.mod", "go.sum"):
        shutil.copy(GoModule().folder / name, tmp_path / name)
    return GoModule(tmp_path)


def edited(module: GoModule, name: str, old: str, new: str) -> GoModule:
    path = module.folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return GoModule(module.folder)


def test_all_33_staging_modules_are_replaced_by_the_version_of_kubernetes() -> None:
    module = GoModule()
    replaced = re.findall(r"^\t(k8s\.io/\S+) => (\S+) (\S+)$", module.text, re.MULTILINE)
    assert len(replaced) == 33
    assert all(old == new for old, new, _ in replaced)
    assert {version for _, _, version in replaced} == {module.kubernetes.replace("v1.", "v0.")}


def test_go_sum_knows_the_programs_modules() -> None:
    module = GoModule()
    known = (module.folder / "go.sum").read_text()
    assert f"k8s.io/kubernetes {module.kubernetes} h1:" in known
    assert f"go.etcd.io/etcd/server/v3 {module.etcd} h1:" in known


def test_the_programs_are_the_tools_of_go_mod() -> None:
    assert [package.rpartition("/")[2] for package in GoModule().packages] == ["v3", "kube-apiserver", "kube-controller-manager", "kubectl"]


def test_the_version_is_linked_in() -> None:
    module = GoModule()
    major, minor, _ = module.kubernetes.removeprefix("v").split(".")
    (command,) = module.build_commands(Path("/go"), Path("/out"), [])
    flags = command[command.index("-ldflags") + 1]
    assert flags.startswith("-s -w ")
    for name, value in {"gitVersion": module.kubernetes, "gitMajor": major, "gitMinor": minor}.items():
        assert f"-X k8s.io/component-base/version.{name}={value}" in flags
    assert command[command.index("-o") + 1] == "/out/"


def test_the_same_module_has_the_same_cache_name_anywhere(copy: GoModule) -> None:
    assert copy.cache_name == GoModule().cache_name
    assert copy.cache_name.startswith(f"{copy.kubernetes}-")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("go.sum", "h1:", "h1:x"), ("go.mod", "go.etcd.io/etcd/server/v3 v3.7.0", "go.etcd.io/etcd/server/v3 v3.7.1")],
)
def test_another_sum_or_version_has_another_cache_name(copy: GoModule, name: str, old: str, new: str) -> None:
    assert edited(copy, name, old, new).cache_name != GoModule().cache_name


def test_other_flags_have_another_cache_name(copy: GoModule, monkeypatch: pytest.MonkeyPatch) -> None:
    before = copy.cache_name
    monkeypatch.setattr(go_module, "_FLAGS", ("-race",))
    assert copy.cache_name != before


def test_a_go_mod_without_a_version_is_refused(copy: GoModule) -> None:
    module = edited(copy, "go.mod", "\tk8s.io/kubernetes v", "\tk8s.io/other v")
    with pytest.raises(ValueError, match=r"has no line like .*kubernetes"):
        _ = module.kubernetes
