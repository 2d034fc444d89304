"""ScriptedKind: an executable `kind` that keeps its clusters in a file and writes down how it was called. It needs no Docker."""

from __future__ import annotations

import sys
from pathlib import Path

_SCRIPT = """#!{python} -IS
import pathlib, shutil, sys, time
home = pathlib.Path({home!r})
words = sys.argv[1:]
with (home / "calls").open("a") as calls:
    print(*words, file=calls)
broken = home / ("broken-" + "-".join(words[:2]))
if broken.exists():
    sys.exit("ERROR: " + broken.read_text())
names = (home / "clusters").read_text().split()
options = dict(zip(words[2::2], words[3::2], strict=True))
if words == ["version"]:
    print("kind v0.0.0 scripted")
elif words == ["get", "clusters"]:
    print(*names or ["No kind clusters found."], sep="\\n", file=sys.stdout if names else sys.stderr)
elif words[:2] == ["create", "cluster"]:
    (home / "clusters").write_text(" ".join([*names, options["--name"]]))
    print("Creating cluster", options["--name"], "...", file=sys.stderr, flush=True)
    while (home / "slow").exists():
        time.sleep(0.01)
    shutil.copy(home / "kubeconfig", options["--kubeconfig"])
elif words[:2] == ["delete", "cluster"]:
    (home / "clusters").write_text(" ".join(name for name in names if name != options["--name"]))
else:
    sys.exit(f"ERROR: unknown command {{words}}")
"""


class ScriptedKind:
    """A folder for PATH with the executable in it. `kubeconfig` is what its clusters are reached with."""

    def __init__(self, folder: Path, kubeconfig: Path | None = None, *, clusters: tuple[str, ...] = ()) -> None:
        self.folder = folder
        folder.mkdir()
        program = folder / "kind"
        program.write_text(_SCRIPT.format(python=sys.executable, home=str(folder)))
        program.chmod(0o755)
        (folder / "clusters").write_text(" ".join(clusters))
        (folder / "calls").touch()
        if kubeconfig is not None:
            (folder / "kubeconfig").write_text(kubeconfig.read_text())

    @property
    def clusters(self) -> list[str]:
        """The clusters there are now."""
        return (self.folder / "clusters").read_text().split()

    @property
    def calls(self) -> list[str]:
        """What it was called with so far, a line each."""
        return (self.folder / "calls").read_text().splitlines()

    def break_down(self, call: str, message: str) -> None:
        """From now on `call`, such as `create cluster`, fails with this message."""
        (self.folder / f"broken-{call.replace(' ', '-')}").write_text(message)
