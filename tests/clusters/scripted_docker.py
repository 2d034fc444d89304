"""An executable `docker` that answers the real `kind` as a Docker would whose containers do at once what they are told."""

from __future__ import annotations

from pathlib import Path

from fakes.transport.kubeconfig import kubeconfig

_SCRIPT = r"""#!/bin/sh
home={home}
case "$1 $2" in
"info --format") echo '{{"CgroupDriver": "systemd", "CgroupVersion": "2", "OSType": "linux"}}' ;;
"ps -a")
    [ ! -f $home/node ] || case "$*" in *'{{{{.Label'*) sed 's/-control-plane//' $home/node ;; *) cat $home/node ;; esac ;;
"network ls") echo abc ;;
"run --name")
    echo "$3" >$home/node
    echo "$*" | sed 's/.*publish=\([^:]*\):\([0-9]*\):6443.*/\1\t\2/' >$home/port ;;
"logs -f") echo "Reached target Multi-User System" ;;
"inspect --format" | "inspect -f")
    case "$*" in
    *io.x-k8s.kind.role*) echo control-plane ;;
    *NetworkSettings.Ports*) cat $home/port ;;
    *IPAddress*) echo 172.18.0.2, ;;
    esac ;;
"exec --privileged")
    case "$*" in
    */kind/version*) echo v1.37.0 ;;
    *default-cni*) echo "kind: List" ;;
    *"get nodes"*) echo True ;;
    *"cat /etc/kubernetes/admin.conf") cat $home/admin.conf ;;
    esac ;;
"rm -f") rm $home/node ;;
esac
"""


def write_scripted_docker(folder: Path) -> None:
    """Put it into `folder`, which is to stand first on PATH."""
    folder.mkdir()
    program = folder / "docker"
    program.write_text(_SCRIPT.format(home=folder))
    program.chmod(0o755)
    (folder / "admin.conf").write_text(kubeconfig("https://node:6443", name="node", token="a-token"))
