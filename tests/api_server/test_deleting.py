"""Delete: what goes, what waits, and what is answered meanwhile; namespaces and definitions included."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pytest

from fakes.api_server.errors import StatusError
from fakes.storage import Event
from tests.api_server.client import CONFIG_MAPS, FOOS, PODS, Client, brief, config_map, foo, foo_definition


@pytest.fixture
def client() -> Client:
    return Client().with_foos()


def pod(name: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [{"name": "c", "image": "i"}], **spec}}


def told(client: Client, path: str, since: int) -> list[dict[str, Any]]:
    """Everything that happened in a collection since a version."""
    return client.run(lambda: client.watch(path, resourceVersion=since, timeoutSeconds=1).rest())


def test_what_nothing_holds_goes_at_once_and_a_status_says_so(client: Client) -> None:
    uid = client.api.create(foo("p"))["metadata"]["uid"]
    details = f'"details":{{"name":"p","group":"lab.io","kind":"foos","uid":"{uid}"}}'
    answer = client.delete(f"{FOOS}/p")
    assert answer.text == f'200 {{"kind":"Status","apiVersion":"v1","metadata":{{}},"status":"Success",{details}}}'
    assert client.delete(f"{FOOS}/p").message == 'foos.lab.io "p" not found'


def test_a_deletion_takes_a_version_and_tells_the_last_state_under_it(client: Client) -> None:
    created = client.api.create(config_map("c"))
    start = client.api.revision
    assert client.delete(f"{CONFIG_MAPS}/c").json["details"] == {"name": "c", "kind": "configmaps", "uid": created["metadata"]["uid"]}
    (event,) = told(client, CONFIG_MAPS, start)
    assert client.api.revision == start + 1
    gone = {**created, "metadata": {**created["metadata"], "resourceVersion": str(start + 1)}}
    assert (event["type"], event["object"]) == ("DELETED", gone)


@pytest.mark.parametrize(
    ("preconditions", "message"),
    [
        (
            {"uid": "zzz"},
            (
                "the UID in the precondition (zzz) does not match the UID in record (UID)."
                " The object might have been deleted and then recreated"
            ),
        ),
        (
            {"resourceVersion": "1"},
            (
                "the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (VERSION). The object might have"
                " been modified"
            ),
        ),
    ],
)
def test_a_precondition_that_does_not_hold_keeps_the_object(client: Client, preconditions: dict[str, str], message: str) -> None:
    own = client.api.create(foo("q"))["metadata"]
    wanted = message.replace("UID)", f"{own['uid']})").replace("VERSION", own["resourceVersion"])
    refused = client.delete(f"{FOOS}/q", {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": preconditions})
    assert (refused.status, refused.message) == (409, f'Operation cannot be fulfilled on Foo.lab.io "q": {wanted}')
    assert refused.json["details"] == {"name": "q", "group": "lab.io", "kind": "Foo"}
    assert client.delete(f"{FOOS}/q", {"preconditions": {"uid": own["uid"]}}).status == 200


@pytest.mark.parametrize(
    ("body", "query", "status", "message"),
    [
        (
            {"propagationPolicy": "Foo"},
            {},
            422,
            (
                'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Foo": supported values: "Foreground",'
                ' "Background", "Orphan", "nil"'
            ),
        ),
        (
            {"propagationPolicy": "Orphan", "orphanDependents": True},
            {},
            422,
            (
                'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and'
                " deletionPropagation cannot be both set"
            ),
        ),
        (
            b"{nope",
            {},
            400,
            "couldn't get version/kind; json parse error: invalid character 'n' looking for beginning of object key string",
        ),
        (
            None,
            {"dryRun": "foo"},
            422,
            'DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["foo"]: supported values: "All"',
        ),
        (
            {"gracePeriodSeconds": "x"},
            {},
            400,
            "json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64",
        ),
        ({"preconditions": {}}, {}, 200, ""),
        (b"null", {"dryRun": "foo"}, 200, ""),
    ],
)
def test_options_of_a_deletion_are_checked(client: Client, body: Any, query: dict[str, Any], status: int, message: str) -> None:
    client.api.create(foo("q"))
    answer = client.delete(f"{FOOS}/q", body, **query)
    assert (answer.status, answer.json.get("message", "")) == (status, message)


def test_an_object_with_finalizers_waits_marked_once_and_cannot_be_made_anew(client: Client) -> None:
    client.api.create(foo("f", finalizers=["lab.io/one"]))
    marked = client.delete(f"{FOOS}/f").json["metadata"]
    assert (marked["deletionTimestamp"], marked["deletionGracePeriodSeconds"], marked["generation"]) == ("2024-01-01T00:00:00Z", 0, 2)
    before = client.api.revision
    assert client.delete(f"{FOOS}/f").json["metadata"] == marked
    assert client.api.revision == before
    again = client.post(FOOS, foo("f"))
    assert (again.status, again.message) == (409, 'object is being deleted: foos.lab.io "f" already exists')


def test_a_marked_object_takes_no_new_finalizers_and_stays_marked(client: Client) -> None:
    client.api.create(foo("f", finalizers=["lab.io/one"]))
    client.api.delete("foos", "f")
    refused = client.merge(f"{FOOS}/f", {"metadata": {"finalizers": ["lab.io/one", "lab.io/three"]}})
    assert (refused.status, refused.message) == (
        422,
        (
            'Foo.lab.io "f" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted,'
            ' found new finalizers []string{"lab.io/three"}'
        ),
    )
    unmarked = client.merge(f"{FOOS}/f", {"metadata": {"deletionTimestamp": None, "deletionGracePeriodSeconds": None}, "spec": {"size": 2}})
    assert unmarked.json["metadata"]["deletionTimestamp"]


def test_the_last_finalizer_takes_the_object_with_it_and_the_rest_of_its_patch_is_lost(client: Client) -> None:
    client.api.create(foo("f", finalizers=["lab.io/one"]))
    client.api.delete("foos", "f")
    start = client.api.revision
    answer = client.merge(f"{FOOS}/f", {"metadata": {"finalizers": None}, "spec": {"size": 43}})
    own = answer.json["metadata"]
    assert (answer.json["spec"], own["resourceVersion"], own["generation"], "finalizers" in own) == ({"size": 43}, str(start), 3, False)
    (event,) = told(client, FOOS, start)
    last = event["object"]
    assert (brief(event), last["spec"], last["metadata"]["finalizers"]) == (f"DELETED f@{start + 1}", {"size": 1}, ["lab.io/one"])


def test_an_orphan_decision_that_is_explicit_and_has_to_wait_is_accepted_only(client: Client) -> None:
    client.api.create(foo("j", finalizers=["lab.io/x"]))
    client.api.create(foo("i"))
    assert client.delete(f"{FOOS}/j", {"orphanDependents": False}).status == 202
    assert client.delete(f"{FOOS}/i", {"orphanDependents": False}).status == 200


@pytest.mark.parametrize(
    ("spec", "options", "marks"),
    [
        ({}, {}, [("MODIFIED", 0), ("DELETED", 0)]),
        ({"nodeName": "n1"}, {}, [("MODIFIED", 30)]),
        ({"nodeName": "n1", "terminationGracePeriodSeconds": 7}, {}, [("MODIFIED", 7)]),
        ({"nodeName": "n1"}, {"gracePeriodSeconds": 5}, [("MODIFIED", 5)]),
        ({"nodeName": "n1"}, {"gracePeriodSeconds": -5}, [("MODIFIED", 1)]),
        ({"nodeName": "n1"}, {"gracePeriodSeconds": 0}, [("MODIFIED", 0), ("DELETED", 0)]),
    ],
)
def test_a_pod_on_a_node_gets_its_grace_period_and_another_goes_at_once(
    client: Client, spec: dict[str, Any], options: dict[str, int], marks: list[tuple[str, int]]
) -> None:
    client.api.create(pod("p", **spec))
    start = client.api.revision
    answer = client.delete(f"{PODS}/p", options)
    assert (answer.status, answer.json["kind"], answer.json["metadata"]["generation"]) == (200, "Pod", 2)
    events = told(client, PODS, start)
    assert [(event["type"], event["object"]["metadata"]["deletionGracePeriodSeconds"]) for event in events] == marks
    assert answer.json["metadata"]["resourceVersion"] == events[-1]["object"]["metadata"]["resourceVersion"]


def test_the_grace_period_of_a_pod_only_shrinks_and_counts_from_the_first_deletion(client: Client) -> None:
    client.api.create(pod("p", nodeName="n1"))

    def main() -> list[tuple[str, int, int]]:
        seen = []
        for grace in ({}, {"gracePeriodSeconds": 30}, {"gracePeriodSeconds": 10}, {"gracePeriodSeconds": 20}, {"gracePeriodSeconds": 0}):
            own = client.delete(f"{PODS}/p", grace).json["metadata"]
            seen.append((own["deletionTimestamp"][-4:], own["deletionGracePeriodSeconds"], client.api.revision))
            client.runtime.sleep(1)
        return seen

    first = client.api.revision + 1
    assert client.run(main) == [
        (":30Z", 30, first),
        (":30Z", 30, first),
        (":10Z", 10, first + 1),
        (":10Z", 10, first + 1),
        (":00Z", 0, first + 3),
    ]
    assert client.get(f"{PODS}/p").status == 404


def test_a_deleted_collection_answers_with_what_was_there_and_deletes_one_by_one(client: Client) -> None:
    client.api.create(foo("a", labels={"dc": "y"}))
    client.api.create(foo("b", labels={"dc": "y"}, finalizers=["lab.io/x"]))
    client.api.create(foo("c"))
    start = client.api.revision
    answer = client.delete(FOOS, labelSelector="dc=y")
    assert (answer.names, answer.json["kind"], answer.json["metadata"]["resourceVersion"]) == (["a", "b"], "FooList", str(start))
    assert [brief(event) for event in told(client, FOOS, start)] == [f"DELETED a@{start + 1}", f"MODIFIED b@{start + 2}"]
    assert client.get(FOOS).names == ["b", "c"]
    assert client.delete(FOOS, fieldSelector="spec.size=1").status == 400


def test_a_namespace_that_is_missing_or_going_takes_nothing_new(client: Client) -> None:
    missing = client.post("/api/v1/namespaces/nope/configmaps", config_map("x"))
    assert (missing.status, missing.message, missing.json["details"]) == (
        404,
        'namespaces "nope" not found',
        {"name": "nope", "kind": "namespaces"},
    )
    created = client.post("/api/v1/namespaces", {"metadata": {"name": "t1"}}).json
    assert (created["metadata"]["labels"], created["spec"], created["status"]) == (
        {"kubernetes.io/metadata.name": "t1"},
        {"finalizers": ["kubernetes"]},
        {"phase": "Active"},
    )
    path = "/api/v1/namespaces/t1/configmaps"
    client.post(path, config_map("x"))
    going = client.delete("/api/v1/namespaces/t1")
    assert (going.status, going.json["status"], going.json["metadata"]["deletionTimestamp"]) == (
        200,
        {"phase": "Terminating"},
        "2024-01-01T00:00:00Z",
    )
    assert client.delete("/api/v1/namespaces/t1").raw == going.raw
    refused = client.post(path, config_map("y"))
    assert (refused.status, refused.message, refused.json["details"]) == (
        403,
        'configmaps "y" is forbidden: unable to create new content in namespace t1 because it is being terminated',
        {
            "name": "y",
            "kind": "configmaps",
            "causes": [
                {"reason": "NamespaceTerminating", "message": "namespace t1 is being terminated", "field": "metadata.namespace"},
            ],
        },
    )
    assert client.merge(f"{path}/x", {"data": {"b": "3"}}).status == 200
    assert client.delete(f"{path}/x").status == 200


@pytest.mark.parametrize("name", ["default", "kube-system", "kube-public"])
def test_the_first_namespaces_may_not_be_deleted(client: Client, name: str) -> None:
    refused = client.delete(f"/api/v1/namespaces/{name}")
    assert (refused.status, refused.message) == (403, f'namespaces "{name}" is forbidden: this namespace may not be deleted')


def test_a_namespace_keeps_its_finalizer_until_it_is_finalized(client: Client) -> None:
    client.post("/api/v1/namespaces", {"metadata": {"name": "t1"}})
    changed = client.merge(
        "/api/v1/namespaces/t1", {"spec": {"finalizers": []}, "metadata": {"labels": {"kubernetes.io/metadata.name": None}}}
    )
    assert (changed.json["spec"], changed.json["metadata"]["labels"]) == (
        {"finalizers": ["kubernetes"]},
        {"kubernetes.io/metadata.name": "t1"},
    )
    client.delete("/api/v1/namespaces/t1")
    finalized = client.put("/api/v1/namespaces/t1/finalize", {"metadata": {"name": "t1"}, "spec": {"finalizers": []}})
    assert (finalized.status, client.get("/api/v1/namespaces/t1").status) == (200, 404)


def test_emptying_a_namespace_does_the_work_of_its_controller(client: Client) -> None:
    client.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "t1"}})
    with pytest.raises(StatusError, match="it is not being deleted"):
        client.api.empty_namespace("t1")
    client.api.create(pod("p", nodeName="n1"), namespace="t1")
    client.api.create(foo("held", namespace="t1", finalizers=["lab.io/x"]))
    client.api.create(config_map("elsewhere"))
    client.api.delete("namespaces", "t1")
    assert client.api.empty_namespace("t1") is False
    assert [client.api.list("pods", "t1"), len(client.api.list("foos", "t1"))] == [[], 1]
    client.api.patch("foos", "held", {"metadata": {"finalizers": None}}, "t1")
    assert client.api.empty_namespace("t1") is True
    assert client.get("/api/v1/namespaces/t1").status == 404
    assert len(client.api.list("configmaps")) == 1


def test_a_definition_is_served_at_once_and_its_watchers_see_it_established() -> None:
    client = Client()
    start = client.api.revision
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    assert client.post(path, foo_definition()).status == 201
    assert client.post(FOOS, foo("a")).status == 201
    added, named, served = told(client, path, start)
    assert (added["type"], added["object"]["status"]["conditions"]) == ("ADDED", None)
    for event, established in ((named, "False"), (served, "True")):
        conditions = {condition["type"]: condition["status"] for condition in event["object"]["status"]["conditions"]}
        assert (event["type"], conditions) == ("MODIFIED", {"NamesAccepted": "True", "Established": established})
    assert client.post(path, {**foo_definition(), "metadata": {"name": "wrong"}}).status == 422


def test_before_and_after_its_definition_a_resource_is_a_page_that_does_not_exist(client: Client) -> None:
    for asked in (Client(), client):
        if asked is client:
            client.api.delete("customresourcedefinitions", "foos.lab.io")
        answer = asked.get(FOOS)
        assert (answer.status, answer.raw, answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == (
            404,
            b"404 page not found\n",
            "text/plain; charset=utf-8",
            "nosniff",
        )


def test_when_a_definition_goes_its_objects_go_first_and_watches_end_cleanly(client: Client) -> None:
    client.api.create(foo("a"))
    client.api.create(foo("b"))
    start = client.api.revision
    opened = client.watch(FOOS, resourceVersion=start)
    answer = client.api.delete("customresourcedefinitions", "foos.lab.io")
    assert answer["metadata"]["finalizers"] == ["customresourcecleanup.apiextensions.k8s.io"]
    assert opened.brief() == [f"DELETED a@{start + 3}", f"DELETED b@{start + 4}"]
    with pytest.raises(StatusError):
        client.api.get("customresourcedefinitions", "foos.lab.io")


def test_a_definition_waits_for_objects_with_finalizers_and_takes_no_new_ones(client: Client) -> None:
    client.api.create(foo("held", finalizers=["lab.io/x"]))
    client.api.delete("customresourcedefinitions", "foos.lab.io")
    conditions = client.api.get("customresourcedefinitions", "foos.lab.io")["status"]["conditions"]
    assert [condition["type"] for condition in conditions] == ["NamesAccepted", "Established", "Terminating"]
    late = client.post(FOOS, foo("late"))
    assert (late.status, late.message) == (
        403,
        'foos.lab.io "late" is forbidden: create not allowed while custom resource definition is terminating',
    )
    client.api.patch("foos", "held", {"metadata": {"finalizers": None}})
    assert client.get(FOOS).status == 404
    client.api.create(foo_definition())
    assert client.get(FOOS).names == []


def test_a_definition_with_a_finalizer_of_its_own_serves_until_that_is_gone(client: Client) -> None:
    client.api.patch("customresourcedefinitions", "foos.lab.io", {"metadata": {"finalizers": ["lab.io/mine"]}})
    client.api.create(foo("a"))
    client.api.delete("customresourcedefinitions", "foos.lab.io")
    assert client.get(FOOS).names == []
    assert client.api.get("customresourcedefinitions", "foos.lab.io")["metadata"]["finalizers"] == ["lab.io/mine"]
    client.api.patch("customresourcedefinitions", "foos.lab.io", {"metadata": {"finalizers": None}})
    assert client.get(FOOS).status == 404


def test_a_definition_whose_kinds_change_ends_watches_cleanly_and_keeps_the_objects(client: Client) -> None:
    client.api.create(foo("a"))
    opened = client.watch(FOOS, resourceVersion=client.api.revision)
    client.api.patch("customresourcedefinitions", "foos.lab.io", {"metadata": {"labels": {"a": "b"}}})
    client.api.create(foo("b"))
    assert [event["type"] for event in opened.read()] == ["ADDED"]
    columns = [{"name": "Size", "type": "integer", "jsonPath": ".spec.size"}]
    version = foo_definition(additionalPrinterColumns=columns)["spec"]["versions"]
    client.api.patch("customresourcedefinitions", "foos.lab.io", {"spec": {"versions": version}})
    assert opened.brief() == []
    assert client.get(FOOS).names == ["a", "b"]


def test_a_change_of_a_definition_is_one_event_and_leaves_its_status_alone(client: Client) -> None:
    before = client.api.get("customresourcedefinitions", "foos.lab.io")
    start = client.api.revision

    def main() -> dict[str, Any]:
        client.runtime.sleep(10)
        return client.api.patch("customresourcedefinitions", "foos.lab.io", {"metadata": {"labels": {"a": "b"}}, "status": {}})

    after = client.run(main)
    assert (after["status"], client.api.revision) == (before["status"], start + 1)


def test_a_deletion_tries_again_when_a_write_was_faster(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.api.create(foo("a"))
    delete, tries = client.api.storage.delete, []

    def late(resource: Hashable, key: str, *, expect: int) -> Event:
        tries.append(expect)
        if len(tries) == 1:
            client.api.patch("foos", "a", {"spec": {"size": 2}})
        return delete(resource, key, expect=expect)

    monkeypatch.setattr(client.api.storage, "delete", late)
    assert client.delete(f"{FOOS}/a").status == 200
    assert (len(tries), client.get(FOOS).names) == (2, [])


def test_all_versions_of_a_kind_are_one_set_of_objects() -> None:
    client = Client()
    definition = foo_definition()
    second = {**definition["spec"]["versions"][0], "name": "v2", "storage": False}
    definition["spec"]["versions"].append(second)
    client.api.create(definition)
    created = client.post(FOOS, foo("a")).json
    other = client.get(f"{FOOS}/a".replace("/v1/", "/v2/")).json
    assert other == {**created, "apiVersion": "lab.io/v2"}
    assert client.watch("/apis/lab.io/v2/foos").read()[0]["object"]["apiVersion"] == "lab.io/v2"
