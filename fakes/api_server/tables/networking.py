"""The cells of what connects pods: services, endpoints, ingresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fakes.api_server.tables.row import NONE, UNSET, Row, labels, selector, shortened


def service(row: Row) -> list[Any]:
    ports = ",".join(_port(port) for port in row.at("spec.ports", [])) or NONE
    addresses = row.at("spec.clusterIPs", [NONE])
    return [row.name, row.at("spec.type"), addresses[0], _external(row), ports, row.age(), labels(row.at("spec.selector", {}))]


def _port(port: Mapping[str, Any]) -> str:
    node = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port.get('port', 0)}{node}/{port.get('protocol', '')}"


def _external(row: Row) -> str:
    given = ",".join(row.at("spec.externalIPs", []))
    match row.at("spec.type"):
        case "ClusterIP" | "NodePort":
            return given or NONE
        case "LoadBalancer":
            return ",".join(filter(None, (_load_balancer(row), given))) or "<pending>"
        case "ExternalName":
            return str(row.at("spec.externalName"))
    return "<unknown>"


def _load_balancer(row: Row) -> str:
    found = {ingress.get("ip") or ingress.get("hostname") for ingress in row.at("status.loadBalancer.ingress", [])}
    return ",".join(sorted(filter(None, found)))


def ingress(row: Row) -> list[Any]:
    ports = "80, 443" if row.at("spec.tls", []) else "80"
    return [row.name, row.at("spec.ingressClassName", NONE), _hosts(row.at("spec.rules", [])), _load_balancer(row), ports, row.age()]


def _hosts(rules: list[Mapping[str, Any]]) -> str:
    shown = [rule["host"] for rule in rules if rule.get("host")]
    more = f" + {len(rules) - 3} more..." if len(shown) >= 3 and len(rules) > 3 else ""
    return ",".join(shown[:3]) + more if shown else "*"


def ingress_class(row: Row) -> list[Any]:
    default = row.at("metadata.annotations", {}).get("ingressclass.kubernetes.io/is-default-class") == "true"
    parameters = row.at("spec.parameters", {})
    kind = ".".join(filter(None, (parameters.get("kind"), parameters.get("apiGroup"))))
    shown = f"{kind}/{parameters.get('name', '')}" if parameters else NONE
    return [row.name + (" (default)" if default else ""), row.at("spec.controller"), shown, row.age()]


def endpoints(row: Row) -> list[Any]:
    found = list(_addresses(row.at("subsets", [])))
    return [row.name, shortened(found, "") if row.at("subsets", []) else NONE, row.age()]


def _addresses(subsets: list[Mapping[str, Any]]) -> Iterator[str]:
    for subset in subsets:
        ips = [address.get("ip", "") for address in subset.get("addresses") or ()]
        if not subset.get("ports"):
            yield from ips
        for port in subset.get("ports") or ():
            yield from (f"[{ip}]:{port.get('port', 0)}" if ":" in ip else f"{ip}:{port.get('port', 0)}" for ip in ips)


def endpoint_slice(row: Row) -> list[Any]:
    ports = [str(port.get("port") or port.get("name") or "*") for port in row.at("ports", [])]
    addresses = [address for endpoint in row.at("endpoints", []) for address in endpoint.get("addresses") or ()]
    return [row.name, row.at("addressType"), shortened(ports, UNSET), shortened(addresses, UNSET), row.age()]


def network_policy(row: Row) -> list[Any]:
    return [row.name, selector(row.at("spec.podSelector", {})), row.age()]


def ip_address(row: Row) -> list[Any]:
    parent = row.at("spec.parentRef", {})
    resource = ".".join(filter(None, (parent.get("resource"), parent.get("group")))).lower()
    shown = "/".join(filter(None, (resource, parent.get("namespace"), parent.get("name"))))
    return [row.name, shown or NONE, row.age()]


def service_cidr(row: Row) -> list[Any]:
    return [row.name, ",".join(row.at("spec.cidrs", [])), row.age()]
