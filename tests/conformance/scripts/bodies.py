"""Section 7.1: what a body says, and how it is read."""

from __future__ import annotations

import json

from fakes.api_server.wire import protobuf
from tests.conformance.definitions import config_map, deployment, foo, pod
from tests.conformance.script import script
from tests.conformance.session import GROUP, JSON_PATCH, STRATEGIC, Session

YAML = {"Content-Type": "application/yaml"}
PROTOBUF = {"Content-Type": "application/vnd.kubernetes.protobuf"}


@script("7.1 what a body calls itself")
def _(s: Session) -> None:
    s.post(s.at("configmaps"), {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}})
    s.post(s.at("configmaps"), {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "bogus": 1}, fieldValidation="Strict")
    s.post(s.at("configmaps"), {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}})
    s.post(s.at("configmaps"), {"apiVersion": "v1", "kind": "ConfigMapList", "items": []})
    s.post(s.at("configmaps"), {"apiVersion": "apps/v1", "metadata": {"name": "a"}})
    s.post(s.at("configmaps"), {"apiVersion": "v1", "metadata": {"name": "a1"}})
    s.post(s.at("configmaps"), {"kind": "ConfigMap", "metadata": {"name": "a2"}})
    s.post(s.at("configmaps"), {"apiVersion": "a/b/c", "kind": "ConfigMap", "metadata": {"name": "a"}})
    s.post(s.at("configmaps"), {"apiVersion": "v1", "kind": 1, "metadata": {"name": "a"}})
    s.post(s.at("configmaps"), {"apiVersion": ["v1"], "kind": "ConfigMap", "metadata": {"name": "a"}})
    scaler = {"maxReplicas": 2, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "x"}}
    path = f"/apis/autoscaling/v2/namespaces/{s.ns}/horizontalpodautoscalers"
    s.post(path, {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "a"}, "spec": scaler})
    s.post(path, {"apiVersion": "autoscaling/v3", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "a"}, "spec": scaler})


@script("7.1 what the body of a custom resource calls itself")
def _(s: Session) -> None:
    s.post(s.at("foos"), {"kind": "Foo", "metadata": {"name": "a"}, "spec": {"size": 1}})
    s.post(s.at("foos"), {"apiVersion": f"{GROUP}/v1", "metadata": {"name": "a"}})
    s.post(s.at("foos"), {"apiVersion": "other.example.com/v1", "kind": "Foo", "metadata": {"name": "a"}, "spec": {"bogus": 1}})
    s.post(s.at("foos"), {"apiVersion": "a/b/c", "kind": "Foo", "metadata": {"name": "a"}})
    s.post(s.at("foos"), {"apiVersion": f"{GROUP}/v1", "kind": 1, "metadata": {"name": "a"}})
    s.post(s.at("foos"), {"apiVersion": f"{GROUP}/v1", "kind": "Bar", "metadata": {"name": "a"}, "bogus": 1}, fieldValidation="Strict")
    s.post(s.at("foos"), {"apiVersion": f"{GROUP}/v2", "kind": "Foo", "metadata": {"name": "a"}, "spec": {}}, fieldValidation="Strict")
    s.post(s.at("foos"), {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}})


@script("7.1 which complaint about a body and its options comes first")
def _(s: Session) -> None:
    s.post(s.at("configmaps"), b"{", dryRun="foo")
    s.post(s.at("foos"), b"{", dryRun="foo")
    s.ask("POST", s.at("configmaps"), b"{", {"Content-Type": "text/plain"}, dryRun="foo")
    s.post(s.at("configmaps", namespace="nosuch"), b"{")
    s.post(s.at("configmaps"), {**config_map("a"), "apiVersion": "v2"}, dryRun="foo")
    s.put(s.at("configmaps", "none"), b"{", dryRun="foo")
    s.put(s.at("foos", "none"), b"{")


@script("7.1 JSON that breaks off or goes wrong")
def _(s: Session) -> None:
    for body in (
        b'{"a":',
        b'{"a":tru}',
        b'{"a":01}',
        b'{"a":"\x01"}',
        b'{"a":"\\x"}',
        b'{"a" 1}',
        b"{a:1}",
        b'{"a":1,}',
        b"\xff",
        b"1e",
        b"7",
        b"true",
    ):
        s.post(s.at("configmaps"), body)
    s.post(s.at("foos"), b'{"a":[1 2]}')
    s.post(s.at("configmaps"), b'{"metadata":{"name":"a"},"data":{"a":"\xff"}}')


@script("7.1 YAML that goes wrong")
def _(s: Session) -> None:
    for body in (
        b"a: b: c\n",
        b"metadata:\n  name: a\n bad: x\n",
        b"metadata:\n\tname: a\n",
        b"metadata: {name: a\n",
        b"metadata:\n- a\n  b\n: c\n",
        b"a: 'text\n",
        b"a: *b\n",
        b"a: @x\n",
        b"%nosuch\na: b\n",
        b"- a\n",
        b"text",
        b"",
        b"? [a]\n: b\n",
        b"null: x\n",
        b"a: !nosuch x\n",
        b"a: b\n--- x: y: z\n",
        b"x: {a: b}}\n",
    ):
        s.ask("POST", s.at("configmaps"), body, YAML)


@script("7.1 what YAML means")
def _(s: Session) -> None:
    values = "x, yes, 'no', on, ~, 012, 0x1F, 0b11, 1_000, 1.5, .5, 1e3, 12:30, 2001-01-01, 2001-01-01T00:00:00Z, +1, -0, .inf0, '1', true"
    text = f"apiVersion: {GROUP}/v1\nkind: Foo\nmetadata:\n  name: a\nstatus:\n  values: [{values}]\n  true: a\n  1: b\n  1.5: c\n  no: d\n"
    s.ask("POST", s.at("foos"), text.encode(), YAML)
    merged = f"apiVersion: {GROUP}/v1\nkind: Foo\nmetadata: &m\n  name: b\nspec: {{size: 1}}\n---\nnothing: of this\n"
    s.ask("POST", s.at("foos"), merged.encode(), YAML)
    s.ask("POST", s.at("configmaps"), b"base: &b {x: '1', y: '2'}\nmetadata: {name: c}\ndata:\n  <<: *b\n  y: '3'\n  z: 1\n", YAML)
    s.ask("POST", s.at("configmaps"), b"base: &b {x: '1', y: '2'}\nmetadata: {name: c}\ndata:\n  <<: *b\n  y: '3'\n", YAML)


@script("7.1 a key twice in YAML")
def _(s: Session) -> None:
    for value in ("Warn", "Strict", "Ignore"):
        text = f"metadata:\n  name: a{value.lower()}\ndata:\n  a: one\n  b: two\n  a: three\n  b:\n    four\nbogus: 1\n"
        s.ask("POST", s.at("configmaps"), text.encode(), YAML, fieldValidation=value)
        head = f"apiVersion: {GROUP}/v1\nkind: Foo\nmetadata:\n  name: a{value.lower()}\n"
        s.ask("POST", s.at("foos"), f"{head}spec:\n  size: 1\n  size: 2\n  bogus: 3\n".encode(), YAML, fieldValidation=value)


@script("7.1 where a key is twice, and what becomes of it")
def _(s: Session) -> None:
    head = f'"apiVersion":"{GROUP}/v1","kind":"Foo"'
    for body, resource in (
        ('{"metadata":{"name":"a"},"data":{"a":"1"},"data":{"b":"2"}}', "configmaps"),
        (
            '{"metadata":{"name":"b","labels":{"x":"1","x":"2"},"name":"c"},"bogus":{"a":1,"a":2},"data":{"a":"1","a":"1"},"bogus":1}',
            "configmaps",
        ),
        ('{"metadata":{"name":"d"},"data":null,"data":{"a":"1"},"data":null}', "configmaps"),
        (
            '{"metadata":{"name":"a"},"spec":{"containers":[{"name":"x","image":"i","env":[{"name":"a"}]}],"containers":[{"name":"c"}]}}',
            "pods",
        ),
        (
            '{"metadata":{"name":"b"},"spec":{"containers":[{"name":"c","image":"i","image":"j","bogus":1}],"hostNetwork":false,"hostNetwork":false}}',
            "pods",
        ),
        ("{" + head + ',"metadata":{"name":"a"},"spec":{"size":1},"spec":{"color":"red"}}', "foos"),
        (
            "{"
            + head
            + ',"metadata":{"name":"b","bogus":1,"labels":{"x":"1","x":"2"}},'
            + '"spec":{"no":1,"parts":[{"name":"x","name":"y"}],"no":{"a":1,"a":2}}}',
            "foos",
        ),
    ):
        s.post(s.at(resource), body.encode(), fieldValidation="Strict")
        s.post(s.at(resource), body.encode())


@script("7.1 a key twice in an update")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    version = s.unseen("GET", s.at("foos", "a")).version
    s.put(s.at("configmaps", "a"), b'{"metadata":{"name":"a"},"data":{"a":"1","a":"2"}}')
    head = f'"apiVersion":"{GROUP}/v1","kind":"Foo","metadata":{{"name":"a","resourceVersion":"{version}"}}'
    s.put(s.at("foos", "a"), ("{" + head + ',"spec":{"size":1,"size":2}}').encode())
    s.put(s.at("configmaps", "a"), b'{"metadata":{"name":"a"},"data":{"a":"1","a":"2"}}', fieldValidation="Strict")


@script("7.1 a body in protobuf")
def _(s: Session) -> None:
    whole = protobuf.encode(config_map("a", labels={"x": "1"}))
    s.ask("POST", s.at("configmaps"), whole, PROTOBUF)
    s.ask("POST", s.at("pods"), protobuf.encode(pod("a")), PROTOBUF)
    s.ask("POST", s.at("deployments"), protobuf.encode(deployment("a", 2)), PROTOBUF)
    for wrong in (
        protobuf.encode({**pod("b"), "kind": "Pod"}),
        protobuf.encode(config_map("Bad_")),
        b"k8s",
        b"k8s\0",
        b'{"metadata":{"name":"b"}}',
        b"k8s\0\x0a\x05\x0a\x03abc",
    ):
        s.ask("POST", s.at("configmaps"), wrong, PROTOBUF)
    s.ask("PUT", s.at("configmaps", "a"), protobuf.encode(config_map("a", {"a": "2"})), PROTOBUF)


@script("7.1 numbers, and texts that are hard to write")
def _(s: Session) -> None:
    head = f'"apiVersion":"{GROUP}/v1","kind":"Foo"'
    for number, value in enumerate(
        (
            "1.0",
            "1e3",
            "1E-3",
            "-0",
            "-0.0",
            "0.1",
            "12345678901234567890",
            "9223372036854775807",
            "9223372036854775808",
            "1e21",
            "1.5e300",
            "-9223372036854775809",
        )
    ):
        s.post(s.at("foos"), f'{{{head},"metadata":{{"name":"a{number}"}},"status":{{"x":1}}}}'.encode())
        s.ask(
            "PATCH",
            s.at("foos", f"a{number}", "status"),
            f'{{"status":{{"n":{value}}}}}'.encode(),
            {"Content-Type": "application/merge-patch+json"},
        )
    for number, value in enumerate(("1.0", "1.5", '"1"')):
        s.post(s.at("foos"), f'{{{head},"metadata":{{"name":"b{number}"}},"spec":{{"size":{value}}}}}'.encode())
        body = f'{{"metadata":{{"name":"b{number}"}},"spec":{{"replicas":{value},"selector":{{"matchLabels":{{"a":"b"}}}},'
        template = '"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}'
        s.post(s.at("deployments"), (body + template).encode(), dryRun="All")
    for number, value in enumerate((r"\ud800", r"\ud83d\ude00", r"\u0000", r"\/", "\ufffe")):
        s.post(s.at("configmaps"), f'{{"metadata":{{"name":"c{number}"}},"data":{{"a":"{value}"}}}}'.encode())


@script("7.1 content types, in every spelling")
def _(s: Session) -> None:
    for number, media in enumerate(
        (
            "APPLICATION/JSON",
            "application/json;",
            "application/json; a=b",
            "application/json, text/plain",
            "json",
            "application/*",
            "*/*",
            ";",
            " ",
        )
    ):
        s.ask("POST", s.at("configmaps"), config_map(f"a{number}"), {"Content-Type": media})
        s.ask("POST", s.at("foos"), foo(f"a{number}"), {"Content-Type": media})


@script("7.1 a body that does not say what it is, and CBOR")
def _(s: Session) -> None:
    for resource, made in (("configmaps", config_map("a")), ("foos", foo("a"))):
        s.ask("POST", s.at(resource), made, {"Content-Type": ""})
        s.ask("POST", s.at(resource), made, {"Content-Type": "application/cbor"})
        s.ask("PUT", s.at(resource, "a"), made, {"Content-Type": ""})
        s.ask("PATCH", s.at(resource, "a"), {}, {"Content-Type": ""})
        s.ask("PATCH", s.at(resource, "a"), made, {"Content-Type": "application/apply-patch+cbor"}, fieldManager="m")
        s.ask("DELETE", s.at(resource, "a"), {"propagationPolicy": "Foo"}, {"Content-Type": ""})
        s.ask("DELETE", s.at(resource, "a"), {"propagationPolicy": "Foo"}, {"Content-Type": "text/plain"})
        s.get(s.at(resource, "a"), "application/cbor")
        s.get(s.at(resource), "application/cbor, application/json")
        s.watch(s.at(resource), "application/cbor-seq", timeoutSeconds="1")


@script("7.1 letters of fields count")
def _(s: Session) -> None:
    s.post(s.at("configmaps"), {"Metadata": {"name": "a"}, "metadata": {"name": "b", "Labels": {"x": "1"}}, "Data": {"a": "1"}})
    s.post(s.at("configmaps"), {"Kind": "Secret", "APIVERSION": "v9", "metadata": {"name": "c"}})
    s.post(s.at("foos"), {"apiVersion": f"{GROUP}/v1", "Kind": "Foo", "metadata": {"name": "a"}})
    s.post(s.at("foos"), {**foo("b"), "Spec": {"size": 2}})


@script("7.1 nulls of built-in kinds")
def _(s: Session) -> None:
    s.post(s.at("configmaps"), {"apiVersion": None, "kind": None, "metadata": {"name": "a", "labels": None}, "data": None})
    s.post(s.at("configmaps"), {"metadata": None, "data": {"a": "1"}})
    s.post(s.at("foos"), {**foo("a"), "metadata": None})
    s.post(s.at("foos"), {**foo("a", labels=None), "spec": {"size": None, "parts": None, "tags": [None]}})
    made = pod("a")
    made["spec"]["containers"][0].update(env=None, resources=None, command=[None])
    s.post(s.at("pods"), made)
    s.post(s.at("pods"), {**pod("b"), "spec": {"containers": [None]}})


@script("7.1 generateName beside a name, and in a dry run")
def _(s: Session) -> None:
    for resource, made in (("configmaps", config_map("a", generateName="gen-")), ("foos", foo("a", generateName="gen-"))):
        s.post(s.at(resource), made)
        del made["metadata"]["name"]
        answer = s.post(s.at(resource), made, dryRun="All")
        s.hide(answer.metadata["name"], "GENERATED")


@script("7.4 a key twice in a patch, and what no operation has")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    for value in ("Warn", "Strict", "Ignore"):
        for resource in ("configmaps", "foos"):
            if value == "Strict":
                continue
            for body in (
                b'{"metadata":{"labels":{"x":"1","x":"2"}},"bogus":1}',
                b'{"metadata":{"labels":{"x":"3"}},"metadata":{"labels":{"y":"1"}}}',
            ):
                s.patch(s.at(resource, "a"), body, fieldValidation=value)
            body = b'[{"op":"add","path":"/metadata/labels","value":{"z":"1"},"path":"/metadata/annotations","bogus":1}]'
            s.patch(s.at(resource, "a"), body, JSON_PATCH, fieldValidation=value)
            s.patch(s.at(resource, "a"), b'[{"op":"add","path":"/bogus","value":1,"value":2}]', JSON_PATCH, fieldValidation=value)
        s.patch(s.at("configmaps", "a"), b'{"data":{"b":"1","b":"2"},"bogus":{"a":1,"a":2}}', STRATEGIC, fieldValidation=value)


@script("7.1 tags, anchors and aliases of YAML")
def _(s: Session) -> None:
    apply, head = {"Content-Type": "application/apply-patch+yaml"}, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    bomb = "x0: &x0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(f"x{at}: &x{at} [{','.join([f'*x{at - 1}'] * 10)}]\n" for at in range(1, 6))
    read = (
        "{a: !!binary aGk=}",
        "{a: !!binary '*'}",
        "!!set {a, b}",
        "!!omap [a: b]",
        "&d {a: *d}",
        "{a: &x q, b: &x r, c: *x}",
        "{a: 1e999}",
    )
    for text in (*(f"data: {data}\n" for data in read), bomb):
        s.ask("POST", s.at("configmaps"), (head + text).encode(), YAML, dryRun="All")
        s.ask("PATCH", s.at("configmaps", "a"), (head + text).encode(), apply, fieldManager="m", dryRun="All")


@script("7.1 numbers that are too large")
def _(s: Session) -> None:
    s.post(s.at("foos"), foo("a"))
    for number in ("1e999", "9" * 400):
        body = json.dumps(foo("b", {"size": 123456})).replace("123456", number).encode()
        s.ask("POST", s.at("foos"), body)
        s.ask("PATCH", s.at("foos", "a"), body, {"Content-Type": "application/merge-patch+json"})
    s.ask("GET", s.at("configmaps"), limit="9" * 20)
    s.ask("GET", s.at("configmaps"), timeoutSeconds="9" * 20)
    s.ask("GET", s.at("configmaps"), resourceVersion="9" * 20)
    s.ask("GET", s.at("foos", "a"), resourceVersion="9" * 20)
    s.post(s.at("configmaps"), {**config_map("a"), "metadata": {"name": "a", "resourceVersion": "9" * 20}})
    s.put(s.at("configmaps", "a"), {**config_map("a"), "metadata": {"name": "a", "resourceVersion": "9" * 20}})


@script("7.1 managedFields that cannot be read", managed=True)
def _(s: Session) -> None:
    entry = {"manager": "x", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1"}
    for step in ("k:[1]", "k:5", "k:null", "v:NaN", "v:", "i:x"):
        sent = {**entry, "time": "2020-01-01T00:00:00Z", "fieldsV1": {step: {}}}
        s.post(s.at("configmaps"), {**config_map("a"), "metadata": {"name": "a", "managedFields": [sent]}}, dryRun="All")
    for time in ("yesterday", ""):
        sent = {**entry, "time": time, "fieldsV1": {"f:immutable": {}}}
        s.post(s.at("configmaps"), {**config_map("a"), "metadata": {"name": "a", "managedFields": [sent]}}, dryRun="All")
