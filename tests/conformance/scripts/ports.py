"""Ports: what a server warns of in those of containers, and which it gives to Services."""

from __future__ import annotations

from typing import Any

from tests.conformance.definitions import deployment, pod
from tests.conformance.script import script
from tests.conformance.session import Session

PORT = {"containerPort": 80}
TWO = [{"name": "a", "port": 80}, {"name": "b", "port": 81}]


@script("7.1 ports that two containers share")
def _(s: Session) -> None:
    web: dict[str, Any] = {"containerPort": 80, "name": "web"}
    cases: list[list[list[dict[str, Any]]]] = [
        [[{"containerPort": 80}], [{"containerPort": 80}]],
        [[{"containerPort": 80}, {"containerPort": 80}], [{"containerPort": 80}]],
        [[web], [web]],
        [[{"containerPort": 80, "hostPort": 80}], [{"containerPort": 80, "hostPort": 80}]],
        [[{"containerPort": 80, "hostPort": 80}], [{"containerPort": 81, "hostPort": 80}]],
        [[{"containerPort": 80}], [{"containerPort": 80, "protocol": "UDP"}]],
        [[{"containerPort": 80, "hostIP": "127.0.0.1"}], [{"containerPort": 80}]],
        [[{"containerPort": 80, "hostPort": 80, "hostIP": "127.0.0.1"}], [{"containerPort": 80, "hostPort": 80, "hostIP": "127.0.0.2"}]],
        [[{"containerPort": 80}, {"containerPort": 80, "name": "a"}]],
    ]
    for number, ports in enumerate(cases):
        made = pod(f"a{number}")
        made["spec"]["containers"] = [{"name": f"c{index}", "image": "i", "ports": own} for index, own in enumerate(ports)]
        s.post(s.at("pods"), made, dryRun="All")
        if number < 2:
            whole = deployment(f"a{number}")
            whole["spec"]["template"]["spec"] = made["spec"]
            s.post(s.at("deployments"), whole, dryRun="All")
    made = pod("init")
    made["spec"]["initContainers"] = [{"name": "i", "image": "i", "ports": [{"containerPort": 80}], "restartPolicy": "Always"}]
    made["spec"]["containers"][0]["ports"] = [{"containerPort": 80}]
    s.post(s.at("pods"), made, dryRun="All")


@script("7.1 when a server warns of a template's ports", managed=True)
def _(s: Session) -> None:
    template: dict[str, Any] = {
        "metadata": {"labels": {"app": "a"}},
        "spec": {"containers": [{"name": "c", "image": "i", "ports": [PORT, PORT]}]},
    }
    selected = {"selector": {"matchLabels": {"app": "a"}}, "template": template}
    job = {"template": {"spec": {**template["spec"], "restartPolicy": "Never"}}}
    kinds: list[tuple[str, str, dict[str, Any]]] = [
        ("apps/v1", "Deployment", selected),
        ("apps/v1", "ReplicaSet", selected),
        ("apps/v1", "StatefulSet", {**selected, "serviceName": "s"}),
        ("apps/v1", "DaemonSet", selected),
        ("v1", "ReplicationController", {"selector": {"app": "a"}, "template": template}),
        ("batch/v1", "Job", job),
        ("batch/v1", "CronJob", {"schedule": "* * * * *", "jobTemplate": {"spec": job}}),
    ]
    for version, kind, spec in kinds:
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        path = f"{root}/namespaces/{s.ns}/{kind.lower()}s"
        s.post(path, {"apiVersion": version, "kind": kind, "metadata": {"name": "a"}, "spec": spec})
        s.patch(f"{path}/a", {"metadata": {"labels": {"x": "1"}}})
        s.unseen("GET", path)  # or else a change may be tried on an older state first, which is warned of as well
        if kind == "Job":
            s.patch(f"{path}/a", {"spec": {"parallelism": 2}})
            continue
        ours = {"spec": {"containers": [{"name": "c", "image": "j", "ports": [PORT]}]}}
        s.patch(f"{path}/a", {"spec": {"jobTemplate": {"spec": {"template": ours}}} if kind == "CronJob" else {"template": ours}})
        s.unseen("GET", path)
        s.patch(f"{path}/a", {"spec": {"suspend": True} if kind == "CronJob" else {"minReadySeconds": 1}})
    path = s.at("podtemplates")
    s.post(path, {"metadata": {"name": "a"}, "template": template})
    s.patch(f"{path}/a", {"metadata": {"labels": {"x": "1"}}})
    s.patch(f"{path}/a", {"template": {"metadata": {"labels": {"x": "1"}}}})
    s.have(pod("a"))
    s.patch(s.at("pods", "a"), {"metadata": {"labels": {"x": "1"}}})


def service(s: Session, name: str, **spec: Any) -> None:
    made = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"ports": TWO, **spec}}
    s.hide(s.unseen("POST", s.at("services"), made).json["spec"]["clusterIP"], f"address of {name}")


@script("14.3 a Service that becomes one of another type", managed=True)
def _(s: Session) -> None:
    for name in ("a", "b", "c"):
        service(s, name)
    service(s, "d", type="LoadBalancer", externalTrafficPolicy="Local")
    # ports that are given back may come again, so all are asked for first
    s.patch(s.at("services", "a"), {"spec": {"type": "NodePort"}}, fieldManager="m")
    s.patch(s.at("services", "a"), {"metadata": {"labels": {"x": "1"}}})
    s.patch(s.at("services", "a"), {"spec": {"ports": [*TWO, {"name": "c", "port": 82}]}})
    s.patch(s.at("services", "b"), {"spec": {"type": "LoadBalancer"}})
    s.patch(s.at("services", "d"), {"metadata": {"labels": {"x": "1"}}})
    s.patch(s.at("services", "c"), {"spec": {"type": "NodePort"}}, dryRun="All")
    s.patch(s.at("services", "a"), {"spec": {"ports": TWO}})
    s.patch(s.at("services", "a"), {"spec": {"type": "ClusterIP"}}, fieldManager="m")
    s.patch(s.at("services", "b"), {"spec": {"type": "ClusterIP"}})
    s.patch(s.at("services", "d"), {"spec": {"type": "NodePort"}})
    s.patch(s.at("services", "c"), {"spec": {"type": "ExternalName", "externalName": "e.com"}}, fieldManager="m")


@script("14.3 a Service that has no address for a while")
def _(s: Session) -> None:
    service(s, "a")
    s.patch(s.at("services", "a"), {"spec": {"type": "ExternalName", "externalName": "e.com"}})
    again = s.patch(s.at("services", "a"), {"spec": {"type": "ClusterIP", "externalName": None}})
    s.hide(again.json["spec"]["clusterIP"], "address of a")
