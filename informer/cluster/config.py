"""Configuration: the official client, set up from a kubeconfig, from inside a cluster, or from an address alone.

Guarantees: every failure is a `ConfigurationError` with one line that says what is wrong, where, and what there is instead; the client's
process-wide default configuration is neither read nor changed. Assumes nothing of the server: no request is made.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from kubernetes.client import ApiClient, Configuration
from kubernetes.config import ConfigException, load_incluster_config, load_kube_config

from informer.cluster.credentials import KubeconfigCredentials
from informer.errors import ConfigurationError

SERVICE_ACCOUNT_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


def load_api_client(kubeconfig: str | Path | None = None, context: str | None = None, server: str | None = None) -> ApiClient:
    """A client of the cluster that is meant.

    Without `kubeconfig` that is what KUBECONFIG names (one file or several), else `~/.kube/config`, else the cluster this process runs in.
    `context` is the current one unless given. `server` overrides the URL; given alone, no kubeconfig is read and no credentials are sent.
    Raises `ConfigurationError`.
    """
    if server is not None and kubeconfig is None and context is None:
        configuration = Configuration()
    else:
        configuration = _load(kubeconfig, context)
        if configuration.api_key:
            credentials = KubeconfigCredentials(configuration, lambda: _load(kubeconfig, context))
            configuration.refresh_api_key_hook = credentials  # type: ignore[assignment]
    if server is not None:
        configuration.host = server.rstrip("/")
    _check_certificates(configuration)
    return ApiClient(configuration)


def default_namespace(kubeconfig: str | Path | None = None, context: str | None = None) -> str:
    """The namespace of the context, or of this process' service account; "default" where they name none. Raises `ConfigurationError`."""
    paths = _paths(kubeconfig)
    if paths:
        return str(_Kubeconfig.read(paths).context(context)[1].get("namespace") or "default")
    try:
        return SERVICE_ACCOUNT_NAMESPACE.read_text().strip() or "default"
    except OSError:
        return "default"


def _load(kubeconfig: str | Path | None, context: str | None) -> Configuration:
    paths = _paths(kubeconfig)
    configuration = Configuration()
    if not paths:
        _load_in_cluster(configuration, context)
        return configuration
    content = _Kubeconfig.read(paths)
    name, user = content.check(context)
    try:
        load_kube_config(  # type: ignore[no-untyped-call]
            config_file=os.pathsep.join(map(str, paths)), context=name, client_configuration=configuration
        )
    except Exception as error:  # the official loader raises whatever a malformed entry makes its code raise
        raise ConfigurationError(f"{content.source}: context {name!r} cannot be used: {_one_line(error)}") from error
    if "exec" in user and not configuration.api_key and not configuration.cert_file:
        command = user["exec"].get("command") if isinstance(user["exec"], Mapping) else None
        raise ConfigurationError(
            f"{content.source}: the exec plugin {command!r} of context {name!r} gave no credentials; run it by hand to see why"
        )
    return configuration


def _load_in_cluster(configuration: Configuration, context: str | None) -> None:
    if "KUBERNETES_SERVICE_HOST" not in os.environ:
        raise ConfigurationError("no cluster is configured: KUBECONFIG is not set, ~/.kube/config is not there, and this is not a pod")
    if context is not None:
        raise ConfigurationError(f"no context {context!r}: there is no kubeconfig, only the cluster this process runs in")
    try:
        load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    except (ConfigException, OSError) as error:
        raise ConfigurationError(f"the configuration of this pod cannot be used: {_one_line(error)}") from error


def _paths(kubeconfig: str | Path | None) -> list[Path]:
    """The files that count; empty means: from inside the cluster."""
    if kubeconfig is not None:
        path = Path(kubeconfig).expanduser()
        if not path.exists():
            raise ConfigurationError(f"kubeconfig {path} does not exist")
        return [path]
    named = [Path(part).expanduser() for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    if named:
        there = [path for path in named if path.exists()]
        if not there:
            raise ConfigurationError(f"KUBECONFIG names {_listing(named)}, which {'does' if len(named) == 1 else 'do'} not exist")
        return there
    usual = Path("~/.kube/config").expanduser()
    return [usual] if usual.exists() else []


@dataclass(frozen=True, slots=True)
class _Kubeconfig:
    """What one or several kubeconfig files say together; the first to name a thing wins."""

    source: str
    current: str
    contexts: Mapping[str, Mapping[str, Any]]
    clusters: Mapping[str, Mapping[str, Any]]
    users: Mapping[str, Mapping[str, Any]]

    @classmethod
    def read(cls, paths: Sequence[Path]) -> _Kubeconfig:
        current = ""
        entries: dict[str, dict[str, Mapping[str, Any]]] = {"contexts": {}, "clusters": {}, "users": {}}
        for path in paths:
            content = _read_yaml(path)
            current = current or str(content.get("current-context") or "")
            for section, known in entries.items():
                for name, entry in _named_entries(path, section, content.get(section) or []):
                    known.setdefault(name, entry)
        return cls(f"kubeconfig {_listing(paths)}", current, **entries)

    def context(self, name: str | None) -> tuple[str, Mapping[str, Any]]:
        """The context that is meant, and its name."""
        if not self.contexts:
            raise ConfigurationError(f"{self.source} has no contexts")
        name = name or self.current
        if not name:
            raise ConfigurationError(f"{self.source} names no current context; choose one of {_listing(self.contexts)}")
        if name not in self.contexts:
            raise ConfigurationError(f"{self.source} has no context {name!r}; there are {_listing(self.contexts)}")
        return name, self.contexts[name]

    def check(self, name: str | None) -> tuple[str, Mapping[str, Any]]:
        """The name of the context that is meant, and its user's entry, after a look at all that it refers to."""
        name, context = self.context(name)
        cluster, user = str(context.get("cluster") or ""), str(context.get("user") or "")
        if not self.clusters:
            raise ConfigurationError(f"{self.source} has no clusters")
        if cluster not in self.clusters:
            raise ConfigurationError(
                f"{self.source}: context {name!r} refers to no cluster there is, {cluster!r}; there are {_listing(self.clusters)}"
            )
        if not self.clusters[cluster].get("server"):
            raise ConfigurationError(f"{self.source}: cluster {cluster!r} has no server")
        if user and user not in self.users:
            there = f"there are {_listing(self.users)}" if self.users else "there are none"
            raise ConfigurationError(f"{self.source}: context {name!r} refers to no user there is, {user!r}; {there}")
        return name, self.users[user] if user else {}


def _read_yaml(path: Path) -> Mapping[str, Any]:
    try:
        content = yaml.safe_load(path.read_text())
    except OSError as error:
        raise ConfigurationError(f"kubeconfig {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"kubeconfig {path} is not text in UTF-8") from error
    except yaml.YAMLError as error:
        # The parser's own message quotes the lines around the trouble, and they may hold a secret.
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark is not None else ""
        raise ConfigurationError(f"kubeconfig {path} is not YAML{where}") from None
    if content is None:
        raise ConfigurationError(f"kubeconfig {path} is empty")
    if not isinstance(content, Mapping):
        raise ConfigurationError(f"kubeconfig {path} is not a kubeconfig: it holds a {type(content).__name__}")
    return content


def _named_entries(path: Path, section: str, entries: object) -> list[tuple[str, Mapping[str, Any]]]:
    kind = section.removesuffix("s")
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) and isinstance(entry.get("name"), str) for entry in entries):
        raise ConfigurationError(f"kubeconfig {path}: {section} is not a list of entries with names")
    for entry in entries:
        if not isinstance(entry.get(kind) or {}, Mapping):
            raise ConfigurationError(f"kubeconfig {path}: {kind} {entry['name']!r} is not a mapping")
    return [(entry["name"], entry.get(kind) or {}) for entry in entries]


def _check_certificates(configuration: Any) -> None:
    """Look at the files now: the client would only do so at its first connection, and then name neither the file nor what it is for."""
    if not configuration.host.startswith("https:"):
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if configuration.ssl_ca_cert and configuration.verify_ssl:
        try:
            context.load_verify_locations(configuration.ssl_ca_cert)
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"the certificate authority of {configuration.host} cannot be read from {configuration.ssl_ca_cert}: {_one_line(error)}"
            ) from error
    if configuration.cert_file:
        try:
            context.load_cert_chain(configuration.cert_file, configuration.key_file, password=lambda: "")
        except (OSError, ValueError) as error:
            files = _listing([file for file in (configuration.cert_file, configuration.key_file) if file])
            raise ConfigurationError(
                f"the client certificate for {configuration.host} cannot be read from {files}: {_one_line(error)}"
            ) from error


def _listing(names: Sequence[object] | Mapping[str, object]) -> str:
    return ", ".join(str(name) for name in names)


def _one_line(error: BaseException) -> str:
    text = str(error) or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        text = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return " ".join(text.split())
