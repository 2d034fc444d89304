"""Site: the folder, ports and secrets of one control plane, and the command lines that follow from them.

A restart runs the same command line again, which is why it comes back on the same port with the same data and credentials.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from fakes.clusters.control_plane.binaries import Binaries
from fakes.clusters.control_plane.certificates import Certificates
from fakes.clusters.ports import free_ports
from fakes.transport.kubeconfig import kubeconfig, write_kubeconfig


@dataclass(frozen=True, slots=True)
class Site:
    """Everything a control plane needs on disk, written when it is prepared."""

    folder: Path
    certificates: Certificates
    api_port: int
    manager_port: int
    etcd_port: int
    peer_port: int

    @classmethod
    def prepare(cls, folder: Path) -> Site:
        """Choose free ports and write certificates, tokens and the kubeconfig into `folder`."""
        site = cls(folder, Certificates.write(folder), *free_ports(4))
        token = secrets.token_urlsafe(32)
        site.tokens.touch(mode=0o600)
        site.tokens.write_text(f'{token},admin,1,"system:masters"\n')
        authority = site.certificates.authority.read_bytes()
        write_kubeconfig(site.kubeconfig, kubeconfig(site.url, name="control-plane", ca=authority, token=token))
        return site

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.api_port}"

    @property
    def etcd_url(self) -> str:
        return f"http://127.0.0.1:{self.etcd_port}"

    @property
    def manager_url(self) -> str:
        return f"https://127.0.0.1:{self.manager_port}"

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    @property
    def tokens(self) -> Path:
        """The file that tells the API server whose token is whose."""
        return self.folder / "tokens.csv"

    def log(self, name: str) -> Path:
        """The log file of a program."""
        return self.folder / f"{name}.log"

    def etcd_command(self, binaries: Binaries) -> list[str | Path]:
        peer_url = f"http://127.0.0.1:{self.peer_port}"
        return [
            binaries.etcd,
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={self.etcd_url}",
            f"--advertise-client-urls={self.etcd_url}",
            f"--listen-peer-urls={peer_url}",
            f"--initial-advertise-peer-urls={peer_url}",
            f"--initial-cluster=default={peer_url}",
            "--unsafe-no-fsync",
        ]

    def api_server_command(self, binaries: Binaries) -> list[str | Path]:
        """It compacts nothing by itself: history is forgotten when a test says so, not after five minutes.

        On SIGTERM it ends its watches cleanly within 2 s; by default it would leave them open and wait a minute for them.
        """
        files = self.certificates
        return [
            binaries.api_server,
            f"--etcd-servers={self.etcd_url}",
            "--etcd-compaction-interval=0",
            f"--secure-port={self.api_port}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            f"--tls-cert-file={files.server}",
            f"--tls-private-key-file={files.server_key}",
            f"--client-ca-file={files.authority}",
            f"--token-auth-file={self.tokens}",
            f"--service-account-issuer={self.url}",
            f"--service-account-key-file={files.service_accounts}",
            f"--service-account-signing-key-file={files.service_accounts_key}",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--disable-admission-plugins=ServiceAccount",
            "--allow-privileged",
            "--shutdown-send-retry-after",
            "--shutdown-watch-termination-grace-period=2s",
        ]

    def controller_manager_command(self, program: Path) -> list[str | Path]:
        """Only what finishes deletions: no controller that makes objects of its own."""
        return [
            program,
            f"--kubeconfig={self.kubeconfig}",
            f"--authentication-kubeconfig={self.kubeconfig}",
            f"--authorization-kubeconfig={self.kubeconfig}",
            f"--secure-port={self.manager_port}",
            "--bind-address=127.0.0.1",
            f"--tls-cert-file={self.certificates.server}",
            f"--tls-private-key-file={self.certificates.server_key}",
            "--leader-elect=false",
            "--controllers=garbage-collector-controller,namespace-controller",
        ]
