"""Create, update and patch, word for word as a real server was heard to answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable
from typing import Any

import pytest

from fakes.api_server.errors import StatusError
from fakes.api_server.objects import metadata
from fakes.storage import Event
from tests.api_server.client import CONFIG_MAPS, FOOS, MERGE, PODS, Client, brief, config_map, foo

SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an"
    " alphanumeric character (e.g. 'example.com', regex used for validation is"
    " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.fixture
def client() -> Client:
    return Client().with_foos()


def body(name: str = "", spec: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    own = {"name": name, **metadata} if name else metadata
    return {"apiVersion": "lab.io/v1", "kind": "Foo", "metadata": own, "spec": spec or {"size": 1}}


def test_a_new_object_gets_what_the_server_sets_whatever_the_client_sent(client: Client) -> None:
    sent = body("b2", uid="x", creationTimestamp="2000-01-01T00:00:00Z", generation=7, deletionTimestamp="2000-01-01T00:00:00Z")
    answer = client.post(FOOS, {**sent, "status": {"x": 1}})
    own = answer.json["metadata"]
    assert (answer.status, UUID.fullmatch(own.pop("uid")) is not None) == (201, True)
    del own["managedFields"]
    assert own == {
        "name": "b2",
        "namespace": "default",
        "generation": 1,
        "creationTimestamp": "2024-01-01T00:00:00Z",
        "resourceVersion": str(client.api.revision),
    }
    assert "status" not in answer.json
    assert client.get(f"{FOOS}/b2").raw == answer.raw


def test_custom_resources_are_sorted_and_built_in_ones_keep_the_order_of_their_metadata(client: Client) -> None:
    custom = client.post(FOOS, body("a", spec={"size": 1, "color": "red"}, labels={"z": "1", "a": "2"}))
    assert custom.raw.decode() == json.dumps(custom.json, sort_keys=True, separators=(",", ":")) + "\n"
    built_in = client.post(CONFIG_MAPS, {**config_map("c"), "metadata": {"labels": {"z": "1", "a": "2"}, "name": "c"}}).raw.decode()
    order = [
        "kind",
        "apiVersion",
        "metadata",
        "name",
        "namespace",
        "uid",
        "resourceVersion",
        "creationTimestamp",
        "labels",
        "a",
        "z",
        "managedFields",
        "manager",
        "operation",
        "apiVersion",
        "time",
        "fieldsType",
        "data",
    ]
    assert re.findall(r'"([A-Za-z]+)":', built_in)[: len(order)] == order


def test_json_is_escaped_as_go_escapes_it_and_ends_with_a_newline(client: Client) -> None:
    raw = client.post(CONFIG_MAPS, config_map("c", text="<a> & b\u2028")).raw
    assert b'"text":"\\u003ca\\u003e \\u0026 b\\u2028"' in raw
    assert raw.endswith(b"}\n")
    assert client.api.get("configmaps", "c")["data"]["text"] == "<a> & b\u2028"


def test_kinds_without_generation_have_none(client: Client) -> None:
    assert "generation" not in client.post(CONFIG_MAPS, config_map("c")).json["metadata"]


CREATE_REFUSALS: list[tuple[Any, int, str, str]] = [
    (body("a"), 409, "AlreadyExists", 'foos.lab.io "a" already exists'),
    (body("b", resourceVersion="5"), 500, "", "resourceVersion should not be set on objects to be created"),
    (
        body("Bad_Name"),
        422,
        "Invalid",
        f'Foo.lab.io "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": {SUBDOMAIN}',
    ),
    (body(), 422, "Invalid", 'Foo.lab.io "" is invalid: metadata.name: Required value: name or generateName is required'),
    (
        body("c", namespace="other"),
        400,
        "BadRequest",
        "the namespace of the provided object does not match the namespace sent on the request",
    ),
    (
        {**body("z"), "apiVersion": "lab.io/v2"},
        400,
        "BadRequest",
        "the API version in the data (lab.io/v2) does not match the expected API version (lab.io/v1)",
    ),
    ({**body("z"), "kind": "Bar"}, 422, "Invalid", 'Bar.lab.io "z" is invalid: kind: Invalid value: "Bar": must be Foo'),
    (
        b'{"metadata": {"name": "k"}, "spec": {}}',
        400,
        "BadRequest",
        (
            'the object provided is unrecognized (must be of type Foo): Object \'Kind\' is missing in \'{"metadata": {"name": "k"}, "spec":'
            ' {}}\' ({"metadata": {"name": "k"}, "s ...)'
        ),
    ),
    (
        b"hello",
        400,
        "BadRequest",
        (
            "the object provided is unrecognized (must be of type Foo): couldn't get version/kind; json parse error: invalid character 'h'"
            " looking for beginning of value (68656c6c6f)"
        ),
    ),
    (
        body("l", labels={"a": 1}),
        400,
        "BadRequest",
        (
            'Foo in version "v1" cannot be handled as a Foo: json: cannot unmarshal number into Go struct field ObjectMeta.labels'
            " of type string"
        ),
    ),
    (b"{" + b" " * (3 * 1024 * 1024), 413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728"),
]


@pytest.mark.parametrize(("sent", "status", "reason", "message"), CREATE_REFUSALS)
def test_a_creation_that_breaks_a_rule_is_refused_and_changes_nothing(
    client: Client, sent: Any, status: int, reason: str, message: str
) -> None:
    client.post(FOOS, body("a"))
    before = client.api.revision
    answer = client.post(FOOS, sent)
    assert (answer.status, answer.json.get("reason", ""), answer.message) == (status, reason, message)
    assert client.api.revision == before


def test_labels_annotations_and_finalizers_must_be_well_formed(client: Client) -> None:
    answer = client.post(FOOS, body("a", labels={"a b": "x", "c": "-"}, annotations={"UPPER/ok": "", "/": ""}, finalizers=["a/b/c"]))
    fields = [cause["field"] for cause in answer.json["details"]["causes"]]
    assert fields == ["metadata.labels", "metadata.labels", *["metadata.annotations"] * 3, "metadata.finalizers"]


@pytest.mark.parametrize(("path", "name", "ok"), [("/api/v1/namespaces", "a.b", False), ("/api/v1/namespaces", "a-b", True)])
def test_namespaces_have_stricter_names(client: Client, path: str, name: str, ok: bool) -> None:
    assert client.post(path, {"metadata": {"name": name}}).status == (201 if ok else 422)


def test_roles_may_have_names_that_others_may_not(client: Client) -> None:
    path = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
    assert client.post(path, {"metadata": {"name": "system:Node_1"}}).status == 201
    assert client.post(path, {"metadata": {"name": "a/b"}}).message.endswith("may not contain '/'")


def test_built_in_objects_need_not_say_what_they_are_and_must_not_say_something_else(client: Client) -> None:
    answer = client.post(CONFIG_MAPS, {"metadata": {"name": "c"}, "data": {}})
    assert (answer.status, answer.json["kind"], answer.json["apiVersion"]) == (201, "ConfigMap", "v1")
    assert client.post(CONFIG_MAPS, {"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "d"}}).status == 400


def test_generated_names_end_with_five_characters_by_chance(client: Client) -> None:
    first, second = (client.post(FOOS, body(generateName="gen-")).json["metadata"] for _ in range(2))
    assert re.fullmatch("gen-[bcdfghjklmnpqrstvwxz2456789]{5}", first["name"])
    assert (first["generateName"], first["name"] != second["name"]) == ("gen-", True)
    assert len(client.post(FOOS, body(generateName="g" * 100)).json["metadata"]["name"]) == 63


def test_a_namespace_is_labelled_with_the_generated_name_that_was_free(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    names = iter(("gen-1", "gen-1", "gen-2"))
    monkeypatch.setattr(metadata, "generate_name", lambda *_: next(names))
    for name in ("gen-1", "gen-2"):
        own = client.post("/api/v1/namespaces", {"metadata": {"generateName": "gen-"}}).json["metadata"]
        assert (own["name"], own["labels"]) == (name, {"kubernetes.io/metadata.name": name})


def test_a_namespace_without_a_name_is_refused(client: Client) -> None:
    answer = client.post("/api/v1/namespaces", {"metadata": {"name": None}})
    assert answer.message == 'Namespace "" is invalid: metadata.name: Required value: name or generateName is required'


def test_when_every_generated_name_is_taken_the_server_gives_up(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client.runtime.random, "choice", lambda letters: letters[0])
    assert client.post(FOOS, body(generateName="gen-")).json["metadata"]["name"] == "gen-bbbbb"
    refused = client.post(FOOS, body(generateName="gen-"))
    wanted = 'foos.lab.io "gen-bbbbb" already exists, the server was not able to generate a unique name for the object'
    assert (refused.status, refused.message, refused.headers["Retry-After"]) == (409, wanted, "1")


def test_an_unqualified_finalizer_is_warned_of(client: Client) -> None:
    assert client.post(FOOS, body("f2", finalizers=["unq", "lab.io/fine", "orphan"])).headers["Warning"] == (
        '299 - "metadata.finalizers: \\"unq\\": prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer'
        ' writers"'
    )


def test_a_dry_run_checks_everything_and_stores_nothing(client: Client) -> None:
    client.api.create(foo("a", finalizers=["lab.io/x"]))
    before = client.api.revision
    created = client.post(FOOS, body("dry"), dryRun="All")
    assert (created.status, "resourceVersion" in created.json["metadata"], "uid" in created.json["metadata"]) == (201, False, True)
    assert client.post(FOOS, body("a"), dryRun="All").status == 409
    assert client.merge(f"{FOOS}/a", {"spec": {"size": 9}}, dryRun="All").json["spec"] == {"size": 9}
    assert client.delete(f"{FOOS}/a", dryRun="All").json["metadata"]["deletionTimestamp"]
    assert client.delete(FOOS, dryRun="All").names == ["a"]
    assert (client.api.revision, client.api.get("foos", "a")["spec"]) == (before, {"size": 1})
    assert "deletionTimestamp" not in client.api.get("foos", "a")["metadata"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"dryRun": "foo"}, 'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["foo"]: supported values: "All"'),
        (
            {"fieldValidation": "Foo"},
            (
                'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Foo": supported values: "", "Ignore",'
                ' "Strict", "Warn"'
            ),
        ),
    ],
)
def test_options_of_a_creation_are_checked(client: Client, query: dict[str, Any], message: str) -> None:
    answer = client.post(FOOS, body("a"), **query)
    assert (answer.status, answer.message) == (422, message)


def test_post_to_an_objects_own_path_creates_custom_resources_only(client: Client) -> None:
    assert client.post(f"{FOOS}/a", body("a")).status == 201
    assert client.post(f"{FOOS}/b", body()).json["metadata"]["name"] == "b"
    assert client.post(f"{CONFIG_MAPS}/a", config_map("a")).status == 405


def stored(client: Client, name: str = "a", **metadata: Any) -> dict[str, Any]:
    return client.api.create(foo(name, **metadata))


def test_an_update_counts_its_version_and_its_generation_only_when_something_changed(client: Client) -> None:
    first = stored(client, labels={"k": "v"})
    same = client.put(f"{FOOS}/a", first)
    assert (same.status, same.json) == (200, first)
    changed = client.put(f"{FOOS}/a", {**first, "spec": {"size": 2}}).json["metadata"]
    assert (changed["resourceVersion"], changed["generation"]) == (str(client.api.revision), 2)
    labelled = {**first, "spec": {"size": 2}, "metadata": {**changed, "labels": {"k": "v2"}}}
    again = client.put(f"{FOOS}/a", labelled).json["metadata"]
    assert (again["generation"], again["labels"]) == (2, {"k": "v2"})
    assert int(again["resourceVersion"]) == int(first["metadata"]["resourceVersion"]) + 2


def test_a_number_that_becomes_a_truth_value_is_a_change(client: Client) -> None:
    path = "/apis/apps/v1/namespaces/default/controllerrevisions"
    client.post(path, {"metadata": {"name": "r"}, "revision": 1, "data": {"x": 1}})
    assert client.merge(f"{path}/r", {"data": {"x": 1}}).status == 200
    assert "data: Invalid value" in client.merge(f"{path}/r", {"data": {"x": True}}).message


def test_an_annotation_counts_for_the_generation_of_a_deployment(client: Client) -> None:
    path = "/apis/apps/v1/namespaces/default/deployments"
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    client.post(path, {"metadata": {"name": "d"}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template}})
    changes: tuple[dict[str, dict[str, str]], ...] = ({"labels": {"x": "1"}}, {"annotations": {"n": "1"}})
    assert [client.merge(f"{path}/d", {"metadata": change}).json["metadata"]["generation"] for change in changes] == [1, 2]


def test_a_stale_update_answers_409_and_changes_nothing(client: Client) -> None:
    first = stored(client)
    client.put(f"{FOOS}/a", {**first, "spec": {"size": 2}})
    refused = client.put(f"{FOOS}/a", {**first, "spec": {"size": 3}})
    assert refused.json == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": f'Operation cannot be fulfilled on foos.lab.io "a": {MODIFIED}',
        "reason": "Conflict",
        "details": {"name": "a", "group": "lab.io", "kind": "foos"},
        "code": 409,
    }
    assert client.api.get("foos", "a")["spec"] == {"size": 2}


def test_an_update_without_a_version_is_refused_for_custom_resources_and_overwrites_built_in_ones(client: Client) -> None:
    stored(client)
    client.api.create(config_map("c"))
    refused = client.put(f"{FOOS}/a", body("a", spec={"size": 3}))
    assert (refused.status, refused.message) == (
        422,
        'foos.lab.io "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    )
    assert client.put(f"{CONFIG_MAPS}/c", config_map("c", a="2")).json["data"] == {"a": "2"}


def test_the_wrong_uid_is_a_conflict_on_update_and_immutable_on_patch(client: Client) -> None:
    first = stored(client)
    wrong = {**first, "metadata": {**first["metadata"], "uid": "00000000-0000-0000-0000-000000000000"}}
    refused = client.put(f"{FOOS}/a", wrong)
    assert (refused.status, refused.message) == (
        409,
        (
            'Operation cannot be fulfilled on foos.lab.io "a": StorageError: invalid object, Code: 4, Key: /registry/'
            "lab.io/foos/default/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in"
            f" precondition: 00000000-0000-0000-0000-000000000000, UID in object meta: {first['metadata']['uid']}"
        ),
    )
    patched = client.merge(f"{FOOS}/a", {"metadata": {"uid": "zzz"}})
    assert (patched.status, patched.message) == (
        422,
        'Foo.lab.io "a" is invalid: metadata.uid: Invalid value: "zzz": field is immutable',
    )
    assert len(patched.json["details"]["causes"]) == 2


def test_what_is_the_servers_stays_as_it_is(client: Client) -> None:
    first = stored(client)
    own = {**first["metadata"], "creationTimestamp": "2001-01-01T00:00:00Z", "generation": 99}
    assert client.put(f"{FOOS}/a", {**first, "metadata": own}).json == first
    refused = client.put(f"{FOOS}/a", {**first, "metadata": {**own, "deletionTimestamp": "2001-01-01T00:00:00Z"}})
    assert (refused.status, refused.message) == (
        422,
        'Foo.lab.io "a" is invalid: metadata.deletionTimestamp: Invalid value: "2001-01-01T00:00:00Z": field is immutable',
    )


@pytest.mark.parametrize(
    ("path", "metadata", "message"),
    [
        ("b", {"name": "a"}, "the name of the object (a) does not match the name on the URL (b)"),
        ("a", {}, "the name of the object (a based on URL) was undeterminable: name must be provided"),
        (
            "a",
            {"name": "a", "namespace": "other"},
            "the namespace of the provided object does not match the namespace sent on the request",
        ),
    ],
)
def test_an_update_must_name_what_its_path_names(client: Client, path: str, metadata: dict[str, str], message: str) -> None:
    stored(client)
    refused = client.put(f"{FOOS}/{path}", {**body(), "metadata": metadata})
    assert (refused.status, refused.message) == (400, message)


def test_an_update_of_what_is_not_there_creates_only_kinds_that_allow_it(client: Client) -> None:
    assert client.put(f"{FOOS}/zz", body("zz", resourceVersion="5")).message == 'foos.lab.io "zz" not found'
    path = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
    created = client.put(f"{path}/l2", {"metadata": {"name": "l2", "resourceVersion": "5"}, "spec": {}})
    assert (created.status, created.json["metadata"]["resourceVersion"]) == (201, str(client.api.revision))


def test_spec_and_status_are_written_through_their_own_doors(client: Client) -> None:
    first = stored(client, labels={"k": "v"})
    main = client.put(f"{FOOS}/a", {**first, "status": {"x": 1}})
    assert (main.status, main.json) == (200, first)
    sent = {**first, "spec": {"size": 77}, "status": {"x": 1}, "metadata": {**first["metadata"], "labels": {"hacked": "1"}}}
    through = client.put(f"{FOOS}/a/status", sent).json
    assert (through["spec"], through["status"], through["metadata"]["labels"], through["metadata"]["generation"]) == (
        {"size": 1},
        {"x": 1},
        {"k": "v"},
        1,
    )
    assert client.put(f"{FOOS}/a/status", {**first, "status": {"x": 2}}).status == 409
    assert client.merge(f"{FOOS}/a/status", {"status": {"y": 2}, "metadata": {"finalizers": ["x"]}}).json["status"] == {"x": 1, "y": 2}
    assert client.get(f"{FOOS}/a/status").json["status"] == {"x": 1, "y": 2}
    kept = client.merge(f"{FOOS}/a", {"spec": {"size": 2}, "status": None}).json
    assert (kept["status"], kept["metadata"]["generation"]) == ({"x": 1, "y": 2}, 2)
    assert client.delete(f"{FOOS}/a/status").status == 405
    assert client.get(f"{FOOS}/none/status").status == 404


def test_a_built_in_kind_keeps_its_status_from_spec_writes_too(client: Client) -> None:
    deployments = "/apis/apps/v1/namespaces/default/deployments"
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"replicas": 1, "selector": {"matchLabels": {"a": "b"}}, "template": template}
    client.post(deployments, {"metadata": {"name": "st"}, "spec": spec})
    status = client.merge(
        f"{deployments}/st/status", {"status": {"replicas": 1}, "spec": {"replicas": 9}, "metadata": {"labels": {"q": "r"}}}
    )
    assert (status.json["spec"]["replicas"], status.json["metadata"]["generation"], "labels" in status.json["metadata"]) == (1, 1, False)
    changed = client.merge(f"{deployments}/st", {"status": {"replicas": 7}, "spec": {"replicas": 3}}).json
    assert (changed["spec"]["replicas"], changed["status"], changed["metadata"]["generation"]) == (3, {"replicas": 1}, 2)


def test_a_patch_that_changes_nothing_writes_nothing(client: Client) -> None:
    first = stored(client)
    for patch in ({}, {"spec": {"size": 1}}, {"metadata": {"labels": {"none": None}}}):
        assert client.merge(f"{FOOS}/a", patch).json == first
    assert client.api.revision == int(first["metadata"]["resourceVersion"])


def test_a_patch_with_a_version_needs_it_to_be_the_newest(client: Client) -> None:
    first = stored(client)
    stale = client.merge(f"{FOOS}/a", {"metadata": {"resourceVersion": "1"}, "spec": {"size": 6}})
    assert (stale.status, stale.message) == (409, f'Operation cannot be fulfilled on foos.lab.io "a": {MODIFIED}')
    fresh = {"metadata": {"resourceVersion": first["metadata"]["resourceVersion"]}, "spec": {"size": 6}}
    assert client.merge(f"{FOOS}/a", fresh).json["spec"] == {"size": 6}


@pytest.mark.parametrize(
    ("media_type", "patch", "status", "message"),
    [
        (
            "application/merge-patch+json",
            b'{"metadata": {"name": "b"}}',
            400,
            "the name of the object (b) does not match the name on the URL (a)",
        ),
        (
            "application/merge-patch+json",
            b"{nope",
            400,
            "invalid JSON patch",
        ),
        (
            "application/json-patch+json",
            b'[{"op": "test", "path": "/spec/size", "value": 2}]',
            422,
            "the server rejected our request due to an error in our request",
        ),
        (
            "application/strategic-merge-patch+json",
            b"{}",
            415,
            (
                "the body of the request was in an unknown format - accepted media types include: application/json-patch+json,"
                " application/merge-patch+json, application/apply-patch+yaml"
            ),
        ),
        (
            "application/json",
            b"{}",
            415,
            (
                "the body of the request was in an unknown format - accepted media types include: application/json-patch+json,"
                " application/merge-patch+json, application/apply-patch+yaml"
            ),
        ),
    ],
)
def test_a_patch_that_cannot_be_applied_is_refused(client: Client, media_type: str, patch: bytes, status: int, message: str) -> None:
    stored(client)
    answer = client.ask("PATCH", f"{FOOS}/a", patch, {"Content-Type": media_type})
    assert (answer.status, answer.message) == (status, message)


def test_force_is_for_apply_only(client: Client) -> None:
    stored(client)
    message = 'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch'
    assert client.merge(f"{FOOS}/a", {}, force="true").message == message


def test_a_patch_never_creates(client: Client) -> None:
    assert client.merge(f"{FOOS}/zz", {"spec": {"size": 6}}).message == 'foos.lab.io "zz" not found'


def test_json_and_strategic_patches_reach_the_object(client: Client) -> None:
    stored(client)
    operations = [{"op": "replace", "path": "/spec/size", "value": 8}]
    assert client.ask("PATCH", f"{FOOS}/a", operations, {"Content-Type": "application/json-patch+json"}).json["spec"] == {"size": 8}
    client.post(PODS, {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}})
    patch = {"spec": {"containers": [{"name": "c", "image": "j"}], "activeDeadlineSeconds": 5}}
    answer = client.ask("PATCH", f"{PODS}/p", patch, {"Content-Type": "application/strategic-merge-patch+json"})
    assert [(container["name"], container["image"]) for container in answer.json["spec"]["containers"]] == [("c", "j")]


def test_writers_that_race_all_get_through_and_each_write_is_one_event(client: Client) -> None:
    client.api.create(config_map("c", n="0"))
    opened = client.watch(CONFIG_MAPS, resourceVersion=client.api.revision, timeoutSeconds=5)
    runtime = client.runtime

    def writer(number: int) -> Callable[[], None]:
        def write() -> None:
            client.merge(f"{CONFIG_MAPS}/c", {"data": {f"k{number}": "1"}})

        return write

    def main() -> list[str]:
        for number in range(20):
            runtime.spawn(writer(number), name=f"writer {number}")
        return [brief(event) for event in opened.rest()]

    start = client.api.revision
    assert client.run(main) == [f"MODIFIED c@{start + 1 + number}" for number in range(20)]
    assert len(client.api.get("configmaps", "c")["data"]) == 21


def faster_writer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let another write of the object come between the next write's reading and writing, once."""
    write, tries = client.api.storage.write, []

    def late(resource: Hashable, key: str, encode: Callable[[int], bytes], *, expect: int) -> Event:
        tries.append(key)
        if len(tries) == 1:
            client.api.patch("foos", "a", {"metadata": {"labels": {"faster": "yes"}}})
        return write(resource, key, encode, expect=expect)

    monkeypatch.setattr(client.api.storage, "write", late)


def test_a_patch_is_applied_again_to_what_a_faster_write_left(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(client)
    faster_writer(client, monkeypatch)
    answer = client.merge(f"{FOOS}/a", {"spec": {"size": 5}})
    assert (answer.status, answer.json["spec"], answer.json["metadata"]["labels"]) == (200, {"size": 5}, {"faster": "yes"})


def test_an_update_is_refused_when_another_write_is_faster(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first = stored(client)
    faster_writer(client, monkeypatch)
    assert client.put(f"{FOOS}/a", {**first, "spec": {"size": 5}}).status == 409
    assert client.api.get("foos", "a")["spec"] == {"size": 1}


def test_a_pod_starts_pending_and_without_the_status_it_was_sent_with(client: Client) -> None:
    sent = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}, "status": {"phase": "Running"}}
    assert client.post(PODS, sent).json["status"] == {"phase": "Pending", "qosClass": "BestEffort"}


def test_a_patch_must_not_change_what_an_object_is(client: Client) -> None:
    stored(client)
    assert client.ask("PATCH", f"{FOOS}/a", {"kind": "Bar"}, MERGE).status == 422


def test_the_face_raises_what_the_door_answers(client: Client) -> None:
    with pytest.raises(StatusError, match=r'foos.lab.io "a" not found') as refused:
        client.api.get("foos", "a")
    assert (refused.value.code, refused.value.reason) == (404, "NotFound")
