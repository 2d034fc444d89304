"""Tables: what kubectl shows. The expected cells are what a 1.37.2 server was seen to answer, or follow from its rules."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.api_server.custom import jsonpath
from fakes.api_server.tables import cells
from fakes.api_server.tables.row import Row, human_duration
from tests.api_server.client import CONFIG_MAPS, FOOS, PODS, Client, config_map, foo, foo_definition

TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}
TEMPLATE: dict[str, Any] = {
    "metadata": {"labels": {"a": "b"}},
    "spec": {"containers": [{"name": "c", "image": "i:1"}, {"name": "d", "image": "j"}]},
}
ONCE = {**TEMPLATE, "spec": {**TEMPLATE["spec"], "restartPolicy": "Never"}}


@pytest.fixture
def client() -> Client:
    return Client()


def rows(client: Client, path: str, **query: Any) -> list[list[Any]]:
    return [row["cells"] for row in client.get(path, TABLE, **query).json["rows"]]


def shown(client: Client, obj: dict[str, Any]) -> list[Any]:
    """The cells of one object after it was created, with its status."""
    stored = client.api.create(obj)
    kind = client.api.kinds.find_by_kind(obj["apiVersion"], obj["kind"])
    assert kind is not None
    if "status" in obj and "status" in kind.subresources:
        client.api.update({**obj, "metadata": stored["metadata"]}, subresource="status")
    return rows(client, kind.resource.path(stored["metadata"].get("namespace")) + f"/{obj['metadata']['name']}")[0]


def test_a_list_is_a_table_with_columns_rows_and_the_lists_own_metadata(client: Client) -> None:
    for name in ("a", "b", "c"):
        client.api.create(config_map(name, x="1", y="2"))
    table = client.get(CONFIG_MAPS, TABLE, limit=2).json
    assert list(table) == ["kind", "apiVersion", "metadata", "columnDefinitions", "rows"]
    assert (table["kind"], table["apiVersion"]) == ("Table", "meta.k8s.io/v1")
    assert table["metadata"]["remainingItemCount"] == 1
    assert "continue" in table["metadata"]
    assert [(column["name"], column["type"], column["format"], column["priority"]) for column in table["columnDefinitions"]] == [
        ("Name", "string", "name", 0),
        ("Data", "string", "", 0),
        ("Age", "string", "", 0),
    ]
    assert [row["cells"] for row in table["rows"]] == [["a", 2, "0s"], ["b", 2, "0s"]]
    assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"


def test_what_of_the_object_is_included_is_the_clients_choice(client: Client) -> None:
    client.api.create(config_map("a"))
    assert client.get(f"{CONFIG_MAPS}/a", TABLE, includeObject="None").json["rows"][0]["object"] is None
    whole = client.get(f"{CONFIG_MAPS}/a", TABLE, includeObject="Object").json["rows"][0]["object"]
    assert (whole["kind"], whole["data"]) == ("ConfigMap", {"a": "1"})
    refused = client.get(CONFIG_MAPS, TABLE, includeObject="Foo")
    text = "Unable to convert to Table as requested: includeObject: Invalid value: \"Foo\": must be 'Metadata', 'Object', 'None', or empty"
    assert (refused.status, refused.message) == (400, text)
    # what is no Table can be had in the second form that was named
    assert refused.raw.startswith(b'{"kind":"Status"')


def test_a_watch_names_the_columns_once_and_counts_ages_from_each_event(client: Client) -> None:
    def main() -> list[dict[str, Any]]:
        client.api.create(config_map("a"))
        stream = client.watch(CONFIG_MAPS, TABLE, allowWatchBookmarks="true", timeoutSeconds=200)
        events = stream.read()
        client.runtime.sleep(150)
        client.api.patch("configmaps", "a", {"data": {"b": "2"}})
        client.api.delete("configmaps", "a")
        return events + stream.rest()

    events = client.run(main)
    assert [event["type"] for event in events[:2]] == ["ADDED", "BOOKMARK"]
    assert [bool(event["object"]["columnDefinitions"]) for event in events[:3]] == [True, False, False]
    assert events[1]["object"]["rows"][0]["cells"] == ["", 0, "<unknown>"]
    assert events[1]["object"]["rows"][0]["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    seen = [(event["type"], event["object"]["rows"][0]["cells"]) for event in events if event["type"] in ("MODIFIED", "DELETED")]
    assert seen == [("MODIFIED", ["a", 2, "2m30s"]), ("DELETED", ["a", 2, "2m30s"])]
    assert events[-1]["object"]["metadata"] == {"resourceVersion": events[-1]["object"]["rows"][0]["object"]["metadata"]["resourceVersion"]}


def test_a_custom_resource_without_printer_columns_shows_its_age(client: Client) -> None:
    client.with_foos().api.create(foo("a"))
    table = client.get(FOOS, TABLE).json
    assert [(column["name"], column["type"]) for column in table["columnDefinitions"]] == [("Name", "string"), ("Age", "date")]
    assert table["rows"][0]["cells"] == ["a", "0s"]


def test_printer_columns_are_found_typed_and_described(client: Client) -> None:
    columns = [
        {"name": "Size", "type": "integer", "jsonPath": ".spec.size", "priority": 1},
        {"name": "Wrong", "type": "integer", "jsonPath": ".spec.color", "description": "a text"},
        {"name": "Ready", "type": "string", "jsonPath": '.status.conditions[?(@.type=="Ready")].status'},
        {"name": "Gone", "type": "string", "jsonPath": ".spec.gone"},
        {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
        {"name": "All", "type": "string", "jsonPath": ".spec"},
    ]
    client.api.create(foo_definition(additionalPrinterColumns=columns))
    client.api.create(foo("a", spec={"size": 3, "color": "red"}))
    client.api.patch("foos.lab.io", "a", {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}, subresource="status")
    table = client.get(f"{FOOS}/a", TABLE).json
    assert table["rows"][0]["cells"] == ["a", 3, None, "True", None, "0s", '{"color":"red","size":3}']
    size, wrong = table["columnDefinitions"][1:3]
    assert size["description"] == "Custom resource definition column (in JSONPath format): .spec.size"
    assert (size["priority"], wrong["description"]) == (1, "a text")


def test_a_kind_without_columns_of_its_own_shows_when_it_was_created(client: Client) -> None:
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "r"}}
    created = client.api.create(role)["metadata"]["creationTimestamp"]
    assert rows(client, "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles") == [["r", created]]


def pod(status: dict[str, Any], **spec: Any) -> dict[str, Any]:
    containers = [{"name": "c", "image": "i"}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": containers, **spec}, "status": status}


RUNNING = {"name": "c", "ready": True, "restartCount": 0, "state": {"running": {}}}


@pytest.mark.parametrize(
    ("status", "spec", "expected"),
    [
        ({"phase": "Running", "containerStatuses": [RUNNING]}, {}, ["1/1", "Running", "0"]),
        (
            {
                "phase": "Running",
                "containerStatuses": [{"name": "c", "restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}],
            },
            {},
            ["0/1", "CrashLoopBackOff", "3"],
        ),
        (
            {"phase": "Failed", "containerStatuses": [{"name": "c", "restartCount": 0, "state": {"terminated": {"exitCode": 7}}}]},
            {},
            ["0/1", "ExitCode:7", "0"],
        ),
        (
            {"phase": "Pending", "initContainerStatuses": [{"name": "i", "restartCount": 0, "state": {"running": {}}}]},
            {"initContainers": [{"name": "i", "image": "i"}, {"name": "j", "image": "i"}]},
            ["0/1", "Init:0/2", "0"],
        ),
        (
            {"phase": "Running", "containerStatuses": [RUNNING], "initContainerStatuses": [{**RUNNING, "name": "s", "started": True}]},
            {"initContainers": [{"name": "s", "image": "i", "restartPolicy": "Always"}]},
            ["2/2", "Running", "0"],
        ),
        (
            {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]},
            {},
            ["0/1", "SchedulingGated", "0"],
        ),
    ],
)
def test_the_status_of_a_pod_is_what_its_containers_add_up_to(
    client: Client, status: dict[str, Any], spec: dict[str, Any], expected: list[Any]
) -> None:
    assert shown(client, pod(status, **spec))[1:4] == expected


def test_a_pod_that_waits_for_its_end_is_terminating(client: Client) -> None:
    client.api.create(pod({}, nodeName="n1"))
    client.api.delete("pods", "p")
    assert rows(client, PODS)[0][2:] == ["Terminating", "0", "0s", "<none>", "n1", "<none>", "<none>"]


BUILT_IN: list[tuple[dict[str, Any], list[Any]]] = [
    (
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "spec": {"replicas": 3, "selector": {"matchLabels": {"a": "b"}}, "template": TEMPLATE},
            "status": {"readyReplicas": 1, "updatedReplicas": 2, "availableReplicas": 1, "replicas": 3},
        },
        ["x", "1/3", 2, 1, "0s", "c,d", "i:1,j", "a=b"],
    ),
    (
        {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "spec": {"replicas": 2, "selector": {"matchLabels": {"a": "b"}}, "template": TEMPLATE},
        },
        ["x", 2, 0, 0, "0s", "c,d", "i:1,j", "a=b"],
    ),
    (
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "spec": {"replicas": 2, "serviceName": "s", "selector": {"matchLabels": {"a": "b"}}, "template": TEMPLATE},
        },
        ["x", "0/2", "0s", "c,d", "i:1,j"],
    ),
    (
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "spec": {"selector": {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}, "template": TEMPLATE},
            "status": {"currentNumberScheduled": 0, "desiredNumberScheduled": 4, "numberMisscheduled": 0, "numberReady": 2},
        },
        ["x", 4, 0, 2, 0, 0, "<none>", "0s", "c,d", "i:1,j", "a in (b)"],
    ),
    (
        {
            "apiVersion": "v1",
            "kind": "Service",
            "spec": {
                "type": "NodePort",
                "clusterIP": "10.96.0.9",
                "clusterIPs": ["10.96.0.9"],
                "ports": [{"port": 80, "nodePort": 30080, "protocol": "TCP"}],
                "selector": {"a": "b"},
            },
        },
        ["x", "NodePort", "10.96.0.9", "<none>", "80:30080/TCP", "0s", "a=b"],
    ),
    (
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"labels": {"node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/edge": ""}},
            "spec": {"unschedulable": True},
            "status": {
                "conditions": [{"type": "Ready", "status": "True"}],
                "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}],
                "nodeInfo": {
                    "kubeletVersion": "v1.37.2",
                    "architecture": "amd64",
                    "kernelVersion": "6.1",
                    "osImage": "Debian",
                    "containerRuntimeVersion": "",
                    "bootID": "",
                    "kubeProxyVersion": "",
                    "machineID": "",
                    "operatingSystem": "",
                    "systemUUID": "",
                },
            },
        },
        ["x", "Ready,SchedulingDisabled", "edge,worker", "0s", "v1.37.2", "10.0.0.1", "<none>", "Debian", "6.1 (amd64)", "<unknown>"],
    ),
    ({"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "data": {"a": "Yg=="}}, ["x", "Opaque", 1, "0s"]),
    ({"apiVersion": "v1", "kind": "ServiceAccount"}, ["x", "0s"]),
    (
        {
            "apiVersion": "v1",
            "kind": "Endpoints",
            "subsets": [{"addresses": [{"ip": f"10.0.0.{n}"} for n in range(1, 6)], "ports": [{"port": 80}]}],
        },
        ["x", "10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more...", "0s"],
    ),
    (
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "spec": {"ingressClassName": "c", "rules": [{"host": "a.b"}], "tls": [{"hosts": ["a.b"]}]},
            "status": {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}},
        },
        ["x", "c", "a.b", "1.2.3.4", "80, 443", "0s"],
    ),
    (
        {
            "apiVersion": "v1",
            "kind": "Event",
            "involvedObject": {"kind": "Pod", "name": "p", "namespace": "default", "fieldPath": "spec"},
            "reason": "FailedMount",
            "message": " no volume\n",
            "type": "Warning",
            "source": {"component": "kubelet", "host": "n1"},
            "count": 4,
        },
        ["<unknown>", "Warning", "FailedMount", "pod/p", "spec", "kubelet, n1", "no volume", "<unknown>", 4, "x"],
    ),
    (
        {"apiVersion": "batch/v1", "kind": "Job", "spec": {"completions": 3, "template": ONCE}, "status": {"succeeded": 1}},
        ["x", "Running", "1/3", "", "0s", "c,d", "i:1,j"],
    ),
    (
        {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "spec": {"schedule": "* * * * *", "suspend": False, "jobTemplate": {"spec": {"template": ONCE}}},
        },
        ["x", "* * * * *", "<none>", "False", 0, "<none>", "0s", "c,d", "i:1,j", "<none>"],
    ),
    (
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "spec": {
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadWriteMany", "ReadWriteOnce"],
                "persistentVolumeReclaimPolicy": "Retain",
                "volumeMode": "Filesystem",
                "hostPath": {"path": "/x"},
                "claimRef": {"namespace": "n", "name": "c"},
            },
            "status": {"phase": "Bound"},
        },
        ["x", "1Gi", "RWO,RWX", "Retain", "Bound", "n/c", "", "<unset>", "", "0s", "Filesystem"],
    ),
]


@pytest.mark.parametrize(("obj", "expected"), BUILT_IN, ids=[obj["kind"] for obj, _ in BUILT_IN])
def test_the_cells_of_a_built_in_kind_are_a_real_servers(client: Client, obj: dict[str, Any], expected: list[Any]) -> None:
    named = {**obj, "metadata": {"name": "x", **obj.get("metadata", {})}}
    assert shown(client, named)[: len(expected)] == expected


def test_every_built_in_kind_has_as_many_cells_as_columns(client: Client) -> None:
    too_many = {"ipaddresses.networking.k8s.io"}  # a real server has a cell too many here
    row = Row({"metadata": {"name": "x"}}, client.runtime.now())
    counts = {
        kind.resource.name: (
            len(client.get(kind.resource.path(None), TABLE).json["columnDefinitions"]),
            len(cells.BUILT_IN[kind.resource.name](row)),
        )
        for kind in client.api.kinds.all()
        if kind.resource.name in cells.BUILT_IN
    }
    assert len(counts) == len(cells.BUILT_IN)
    assert {name for name, (columns, found) in counts.items() if columns != found} == too_many


DURATIONS = {
    -5: "<invalid>",
    -0.5: "0s",
    119: "119s",
    120: "2m",
    125: "2m5s",
    600: "10m",
    10800: "3h",
    11100: "3h5m",
    28800: "8h",
    172800: "2d",
    176400: "2d1h",
    864000: "10d",
    730 * 86400: "2y",
    731 * 86400: "2y1d",
    3000 * 86400: "8y",
}


@pytest.mark.parametrize(("seconds", "expected"), DURATIONS.items())
def test_durations_are_shown_with_the_units_that_matter(seconds: float, expected: str) -> None:
    assert human_duration(seconds) == expected


DOCUMENT = {"a": [{"n": 1, "t": "x"}, {"n": 2, "t": "y"}], "b.c": {"d": True}, "e": {"n": 3}}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".a[0].n", [1]),
        (".a[-1].t", ["y"]),
        (".a[*].n", [1, 2]),
        (".a[0:1].n", [1]),
        ('.a[?(@.t=="y")].n', [2]),
        (".a[?(@.n>1)].t", ["y"]),
        (".a[?(@.z)].n", []),
        (r".b\.c.d", [True]),
        ("['b.c'].d", [True]),
        ("..n", [1, 2, 3]),
        (".none.at.all", []),
    ],
)
def test_a_json_path_finds_everything_it_leads_to(path: str, expected: list[Any]) -> None:
    assert jsonpath.find(DOCUMENT, path) == expected


@pytest.mark.parametrize("path", ["a b", ".a[", ".a[?(@.t=)]", ".a[x]"])
def test_what_is_no_json_path_is_a_value_error(path: str) -> None:
    with pytest.raises(ValueError, match=r"JSONPath|Expecting"):
        jsonpath.find(DOCUMENT, path)
