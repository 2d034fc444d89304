"""Built-in kinds: each answer to a creation that a real 1.37.2 server was seen to give, and the rules behind them one by one."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import pytest

from fakes.api_server.builtin.allocation import allocate
from fakes.api_server.builtin.quantities import canonical
from fakes.api_server.verbs import creating
from fakes.storage import State, Storage
from tests.api_server.client import CONFIG_MAPS, PODS, Answer, Client

DEFAULTS = [json.loads(line) for line in Path(__file__).with_name("data").joinpath("defaults.jsonl").read_text().splitlines()]
SERVER_OWNED = frozenset(("uid", "resourceVersion", "creationTimestamp", "lastPhaseTransitionTime", "managedFields"))
CHOSEN = frozenset(("clusterIP", "clusterIPs", "controller-uid", "batch.kubernetes.io/controller-uid"))
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
SERVICES = "/api/v1/namespaces/default/services"


@pytest.fixture
def client() -> Client:
    return Client()


def masked(value: Any) -> Any:
    """Without what the server decides by itself; of what it picks, only that it is there."""
    if isinstance(value, dict):
        kept = {name: item for name, item in value.items() if name not in SERVER_OWNED}
        return {name: "CHOSEN" if name in CHOSEN and item != "None" else masked(item) for name, item in kept.items()}
    return [masked(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", DEFAULTS, ids=[case["name"] for case in DEFAULTS])
def test_a_creation_is_answered_as_a_real_server_answers_it(client: Client, case: dict[str, Any]) -> None:
    answer = client.post(case["path"], case["body"])
    assert (answer.status, masked(answer.json)) == (case["status"], masked(case["answer"]))


def pod(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}], **spec}}


def deployment(**spec: Any) -> dict[str, Any]:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    return {"metadata": {"name": "d"}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template, **spec}}


@pytest.mark.parametrize(
    ("path", "body", "complaint"),
    [
        (CONFIG_MAPS, {"metadata": {"name": "z"}, "data": {"a": 1}}, "number into Go struct field ConfigMap.data of type string"),
        (PODS, pod(containers="no"), "string into Go struct field PodSpec.spec.containers of type []v1.Container"),
        (PODS, pod(nodeName=["a"]), "array into Go struct field PodSpec.spec.nodeName of type string"),
        (PODS, pod(hostNetwork="true"), "string into Go struct field PodSpec.spec.hostNetwork of type bool"),
        (
            PODS,
            pod(containers=[{"name": "c", "image": "i", "ports": [{"containerPort": "80"}]}]),
            "string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
        ),
        (DEPLOYMENTS, deployment(replicas=1.5), "number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32"),
        (DEPLOYMENTS, deployment(replicas=2**40), f"number {2**40} into Go struct field DeploymentSpec.spec.replicas of type int32"),
        (DEPLOYMENTS, {**deployment(), "spec": []}, "array into Go struct field Deployment.spec of type v1.DeploymentSpec"),
    ],
)
def test_a_value_of_another_type_is_refused_as_a_decoder_refuses_it(
    client: Client, path: str, body: dict[str, Any], complaint: str
) -> None:
    answer = client.post(path, body)
    assert (answer.status, answer.message.partition("json: cannot unmarshal ")[2]) == (400, complaint)


def test_unknown_fields_are_dropped_with_a_warning_without_one_or_not_at_all(client: Client) -> None:
    bogus = {"metadata": {"name": "z"}, "spec": {"containers": [{"name": "a", "image": "b", "bogus": 1}], "x": 2}}
    names = ("spec.containers[0].bogus", "spec.x")
    strict = client.post(PODS, bogus, fieldValidation="Strict")
    text = ", ".join(f'unknown field "{name}"' for name in names)
    expected = f'Pod in version "v1" cannot be handled as a Pod: strict decoding error: {text}'
    assert (strict.status, strict.message) == (400, expected)
    warned = client.post(PODS, bogus)
    assert warned.headers["Warning"] == ", ".join(f'299 - "unknown field \\"{name}\\""' for name in names)
    assert "x" not in warned.json["spec"]
    ignored = client.post(PODS, {**bogus, "metadata": {"name": "y"}}, fieldValidation="Ignore")
    assert (ignored.status, "Warning" in ignored.headers) == (201, False)


def test_a_patch_with_an_unknown_field_is_invalid_when_it_is_strict(client: Client) -> None:
    client.post(CONFIG_MAPS, {"metadata": {"name": "c"}})
    answer = client.merge(f"{CONFIG_MAPS}/c", {"bogus": 1}, fieldValidation="Strict")
    assert (answer.status, answer.json["details"]["causes"][0]["field"]) == (422, "patch")
    assert answer.message.endswith('strict decoding error: unknown field "bogus"')


def test_several_faults_of_a_pod_come_together_and_in_order(client: Client) -> None:
    container = {"name": "A_b", "image": "", "ports": [{"containerPort": 0}]}
    answer = client.post(PODS, pod(containers=[container], restartPolicy="Never2"))
    causes = [(cause["reason"], cause["field"]) for cause in answer.json["details"]["causes"]]
    assert causes == [
        ("FieldValueInvalid", "spec.containers[0].name"),
        ("FieldValueRequired", "spec.containers[0].image"),
        ("FieldValueRequired", "spec.containers[0].ports[0].containerPort"),
        ("FieldValueNotSupported", "spec.restartPolicy"),
    ]


def test_what_was_not_said_is_left_out_and_nulls_say_nothing(client: Client) -> None:
    answer = client.post(PODS, pod(nodeName=None, hostNetwork=False, hostname="", volumes=[], nodeSelector={}))
    assert not {"nodeName", "hostNetwork", "hostname", "volumes", "nodeSelector"} & set(answer.json["spec"])
    zero = client.post(DEPLOYMENTS, deployment(replicas=0))
    assert zero.json["spec"]["replicas"] == 0


def test_a_selector_cannot_be_changed(client: Client) -> None:
    client.post(DEPLOYMENTS, deployment())
    patch = {"spec": {"selector": {"matchLabels": {"q": "r"}}}}
    answer = client.merge(f"{DEPLOYMENTS}/d", patch)
    assert answer.message == (
        'Deployment.apps "d" is invalid: [spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template'
        ' `labels`, spec.selector: Invalid value: {"matchLabels":{"a":"b","q":"r"}}: field is immutable]'
    )


def test_of_a_pod_only_images_and_a_few_numbers_can_be_changed(client: Client) -> None:
    client.post(PODS, pod())
    image = [{"op": "replace", "path": "/spec/containers/0/image", "value": "j"}]
    assert client.ask("PATCH", f"{PODS}/p", image, {"Content-Type": "application/json-patch+json"}).status == 200
    refused = client.merge(f"{PODS}/p", {"spec": {"nodeName": "n"}})
    assert refused.message.startswith('Pod "p" is invalid: spec: Forbidden: pod updates may not change fields other than')


def test_an_immutable_config_map_stays_as_it_is(client: Client) -> None:
    client.post(CONFIG_MAPS, {"metadata": {"name": "c"}, "data": {"a": "b"}, "immutable": True})
    assert client.merge(f"{CONFIG_MAPS}/c", {"metadata": {"labels": {"x": "y"}}}).status == 200
    refused = client.merge(f"{CONFIG_MAPS}/c", {"data": {"a": "c"}})
    assert refused.message == 'ConfigMap "c" is invalid: data: Forbidden: field is immutable when `immutable` is set'


def test_services_get_addresses_and_ports_of_their_own_and_keep_them(client: Client) -> None:
    made = [client.post(SERVICES, {"metadata": {"name": n}, "spec": {"type": "NodePort", "ports": [{"port": 80}]}}).json for n in "ab"]
    given = [(service["spec"]["clusterIP"], service["spec"]["ports"][0]["nodePort"]) for service in made]
    assert given == [("10.96.0.2", 30000), ("10.96.0.3", 30001)]  # the first one is that of the Service kubernetes
    kept = client.put(f"{SERVICES}/a", {"metadata": {"name": "a"}, "spec": {"type": "NodePort", "ports": [{"port": 80}]}}).json
    assert kept["spec"] == made[0]["spec"]


def test_a_service_that_lacks_nothing_is_changed_without_a_look_at_the_others(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = {"type": "LoadBalancer", "externalTrafficPolicy": "Local", "ports": [{"port": 80}]}
    client.post(SERVICES, {"metadata": {"name": "a"}, "spec": spec})
    looks: list[object] = []

    def counted(storage: Storage, resource: Hashable, **rest: Any) -> State:
        looks.append(resource)
        return state(storage, resource, **rest)

    state = Storage.state
    monkeypatch.setattr(Storage, "state", counted)
    assert client.merge(f"{SERVICES}/a", {"metadata": {"labels": {"x": "y"}}}).status == 200
    assert looks == []


def test_ports_of_a_service_share_no_port_of_the_nodes_even_where_they_share_a_name(client: Client) -> None:
    client.post(SERVICES, {"metadata": {"name": "a"}, "spec": {"type": "NodePort", "ports": [{"port": 1, "name": "x"}]}})
    ports = [{"port": 1, "name": "x"}, {"port": 2, "name": "x"}]
    changed = client.put(f"{SERVICES}/a", {"metadata": {"name": "a"}, "spec": {"type": "NodePort", "ports": ports}}).json
    assert [port["nodePort"] for port in changed["spec"]["ports"]] == [30000, 30001]


def test_services_that_are_made_at_once_share_no_address(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(storage: Storage, document: dict[str, Any]) -> None:
        allocate(storage, document)
        client.runtime.sleep(1)

    def make(name: str) -> Callable[[], None]:
        def post() -> None:
            client.post(SERVICES, {"metadata": {"name": name}, "spec": {"type": "NodePort", "ports": [{"port": 80}]}})

        return post

    def both() -> None:
        for task in [client.runtime.spawn(make(name), name=name) for name in "ab"]:
            task.join()

    monkeypatch.setattr(creating, "allocate", slowly)
    client.run(both)
    specs = [client.get(f"{SERVICES}/{name}").json["spec"] for name in "ab"]
    assert specs[0]["clusterIP"] != specs[1]["clusterIP"]
    assert specs[0]["ports"][0]["nodePort"] != specs[1]["ports"][0]["nodePort"]


AMOUNTS = {"1000m": "1", "0.5": "500m", "1024Mi": "1Gi", "1500Mi": "1500Mi", "1e3": "1e3", "2000": "2k", "0.1Gi": "107374182400m", "0": "0"}


@pytest.mark.parametrize(("text", "expected"), AMOUNTS.items())
def test_an_amount_has_one_way_to_be_written(text: str, expected: str) -> None:
    assert canonical(text) == expected


def test_what_is_no_amount_is_refused(client: Client) -> None:
    resources = {"limits": {"cpu": "much"}}
    answer = client.post(PODS, pod(containers=[{"name": "c", "image": "i", "resources": resources}]))
    assert (answer.status, "quantities must match the regular expression" in answer.message) == (400, True)


EVENTS = "/api/v1/namespaces/default/events"


def test_times_are_kept_in_whole_seconds_and_micro_times_need_their_six_digits(client: Client) -> None:
    said = {"reason": "r", "action": "a", "reportingComponent": "c", "reportingInstance": "c-1"}
    about = {"involvedObject": {"namespace": "default"}, "firstTimestamp": "2026-01-01T02:00:00.5+02:00"}
    event = {"metadata": {"name": "e"}, **about, **said}
    kept = client.post(EVENTS, {**event, "eventTime": "2026-01-01T00:00:00.250000Z"}).json
    assert (kept["firstTimestamp"], kept["eventTime"]) == ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.250000Z")
    refused = client.post(EVENTS, {**event, "eventTime": "2026-01-01T00:00:00.5Z"})
    assert refused.message.endswith('cannot parse ".5Z" as ".000000"')
    assert client.post(EVENTS, {**event, "firstTimestamp": "yesterday"}).status == 400


def test_an_empty_selector_is_refused_by_itself(client: Client) -> None:
    refused = client.post(DEPLOYMENTS, deployment(selector={}))
    assert refused.message == 'Deployment.apps "d" is invalid: spec.selector: Invalid value: {}: empty selector is invalid for deployment'


def test_the_address_of_a_pod_is_also_the_first_of_its_addresses(client: Client) -> None:
    client.post(PODS, pod())
    status = client.merge(f"{PODS}/p/status", {"status": {"podIP": "10.0.0.1"}}).json["status"]
    assert status["podIPs"] == [{"ip": "10.0.0.1"}]


DAEMON_SETS = "/apis/apps/v1/namespaces/default/daemonsets"
COUNT = "deprecated.daemonset.template.generation"


def daemon_set(**annotations: str) -> dict[str, Any]:
    return {"metadata": {"name": "d", "annotations": annotations}, "spec": deployment()["spec"]}


def count_of(answer: Answer) -> str:
    return str(answer.json["metadata"]["annotations"][COUNT])


@pytest.mark.parametrize("annotations", [None, {COUNT: None}, {COUNT: "0"}, {COUNT: "9"}])
def test_the_status_of_a_daemon_set_is_no_way_to_change_how_often_its_template_did(client: Client, annotations: Any) -> None:
    client.post(DAEMON_SETS, daemon_set())
    again = {"spec": {"template": {"spec": {"nodeName": "n"}}}}
    assert count_of(client.merge(f"{DAEMON_SETS}/d", again)) == "2"
    assert count_of(client.merge(f"{DAEMON_SETS}/d/status", {"metadata": {"annotations": annotations}})) == "2"
    assert count_of(client.merge(f"{DAEMON_SETS}/d", {"spec": {"template": {"spec": {"nodeName": "m"}}}})) == "3"


@pytest.mark.parametrize(("sent", "kept"), [("7", "7"), ("+4", "4"), ("0", "1"), ("-3", "1"), ("9223372036854775807",) * 2])
def test_a_new_daemon_set_keeps_a_count_of_its_template_that_is_one(client: Client, sent: str, kept: str) -> None:
    assert count_of(client.post(DAEMON_SETS, daemon_set(**{COUNT: sent}))) == kept


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ("abc", "invalid syntax"),
        ("", "invalid syntax"),
        (None, "invalid syntax"),
        (str(2**63), "value out of range"),
        ("9" * 5000, "value out of range"),
    ],
)
def test_a_count_of_a_template_that_is_no_number_is_refused(client: Client, sent: Any, why: str) -> None:
    text = f'strconv.ParseInt: parsing "{sent or ""}": {why}'
    refused = client.post(DAEMON_SETS, daemon_set(**{COUNT: sent}))
    assert (refused.status, refused.message) == (400, f'DaemonSet in version "v1" cannot be handled as a DaemonSet: {text}')
    client.post(DAEMON_SETS, daemon_set())
    for path in (f"{DAEMON_SETS}/d", f"{DAEMON_SETS}/d/status"):
        answer = client.merge(path, {"metadata": {"annotations": {COUNT: sent}}})
        assert answer.status == (200 if sent is None else 422)
        assert sent is None or answer.message.endswith(text)
