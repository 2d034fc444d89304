"""Cluster: an API server that a test talks to over real HTTP, whatever stands behind it.

Guarantees: the address, the credentials and the data outlive `restart`, `stop` and `start`; closing it ends everything it started. Assumes
that one task at a time stops and starts it; everything else may be called from any task.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self, get_args

from kubernetes import client, config

from informer.errors import InformerKitError

Ending = Literal["clean", "kill"]
Ability = Literal["compact", "restart"]
"""What not every cluster can do. `"restart"` stands for `stop`, `start` and `restart`."""

ABILITIES: tuple[Ability, ...] = get_args(Ability)


class ClusterError(InformerKitError, RuntimeError):
    """A cluster that should run does not: one of its processes died or was not ready in time. The message has its last log lines."""


class ClusterCannot(InformerKitError, RuntimeError):
    """This cluster lacks the ability that was asked of it. The message has the reason, and how a test says that it needs it."""


class Cluster(Protocol):
    """A running cluster. Use it as a context manager, or call `close`.

    `compact`, `stop`, `start` and `restart` raise `ClusterCannot` on a cluster that lacks the ability (`fakes.clusters.abilities_of`).
    """

    @property
    def kind_of(self) -> str:
        """`"fake"`, `"control-plane"`, `"kind"` or `"kubeconfig"`."""
        ...

    @property
    def kubeconfig(self) -> Path:
        """A kubeconfig file with an administrator's credentials. It needs no other file."""
        ...

    @property
    def url(self) -> str:
        """Where the API server listens: scheme, host and port."""
        ...

    @property
    def running(self) -> bool:
        """Whether the API server is up: False between `stop` and `start`."""
        ...

    def compact(self) -> None:
        """Forget history. A watch from a version older than the newest write is answered 410 after this; data and address stay.

        Open streams may end for it: the control plane restarts its API server.
        """
        ...

    def stop(self, how: Ending = "clean") -> None:
        """The API server goes away: open streams end (`"clean"`) or break (`"kill"`), and connections are refused. Idempotent."""
        ...

    def start(self) -> None:
        """The API server comes back on the same port with the same data, ready on return. Raises `LifecycleError` where it runs."""
        ...

    def close(self) -> None:
        """End everything and delete what was written for it. Idempotent."""
        ...

    def restart(self, how: Ending = "clean") -> None:
        """`stop(how)`, then `start()`."""
        self.stop(how)
        self.start()

    def api_client(self) -> client.ApiClient:
        """A new client of the official library over real HTTP. The caller closes it."""
        made: client.ApiClient = config.new_client_from_config(str(self.kubeconfig))  # type: ignore[no-untyped-call]
        return made

    def version(self) -> str:
        """What the API server calls its version, such as `v1.37.2`."""
        with self.api_client() as api:
            return str(client.VersionApi(api).get_code().git_version)

    def namespace(self) -> str:
        """Create a namespace of a fresh name, and give the name. `delete_namespace` deletes it; else it goes with the cluster."""
        with self.api_client() as api:
            body = client.V1Namespace(metadata=client.V1ObjectMeta(generate_name="test-"))
            metadata = client.CoreV1Api(api).create_namespace(body).metadata
        if metadata is None or metadata.name is None:
            raise ClusterError(f"{self.url} created a namespace and did not tell its name")
        return metadata.name

    def delete_namespace(self, name: str) -> None:
        """Ask for a namespace and its content to be deleted; does not wait for it."""
        with self.api_client() as api:
            client.CoreV1Api(api).delete_namespace(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
