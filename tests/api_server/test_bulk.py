"""Many objects at once, what happened to one, and the whole server back at an earlier moment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from fakes import objects
from fakes.api_server.custom.definitions import DEFINITIONS
from tests.api_server.client import CONFIG_MAPS, FOOS, Client, config_map, foo, foo_definition


@pytest.fixture
def client() -> Client:
    return Client()


def test_a_cluster_from_a_file_keeps_uids_times_statuses_and_marks(client: Client, tmp_path: Path) -> None:
    pod = objects.pod("web-1", "shop", node="n1", phase="Running", uid="u-1", finalizers=["a/b"])
    pod["metadata"].update(creationTimestamp="2020-01-01T00:00:00Z", deletionTimestamp="2020-01-02T00:00:00Z", resourceVersion="77777")
    path = tmp_path / "cluster.yaml"
    path.write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": [pod]}))
    client.api.load_cluster(path)
    stored = client.api.get("pods", "web-1", "shop")
    assert stored["metadata"] == {**pod["metadata"], "resourceVersion": stored["metadata"]["resourceVersion"], "generation": 1}
    assert stored["metadata"]["resourceVersion"] == str(client.api.revision)
    unsaid = {"lastProbeTime": None, "lastTransitionTime": None}  # as a server writes what a struct always has
    assert stored["status"] == {**pod["status"], "conditions": [{**said, **unsaid} for said in pod["status"]["conditions"]]}


def test_a_cluster_from_a_file_keeps_who_manages_what(client: Client) -> None:
    client.api.create(config_map("a"))
    dumped = client.get(f"{CONFIG_MAPS}/a").json
    (managed,) = dumped["metadata"]["managedFields"]
    assert managed["fieldsV1"] == {"f:data": {".": {}, "f:a": {}}}
    other = Client()
    other.api.load(dumped)
    assert other.get(f"{CONFIG_MAPS}/a").json["metadata"]["managedFields"] == [managed]


def test_what_a_cluster_needs_is_loaded_before_it(client: Client) -> None:
    owner = objects.replicaset("web", uid="u-owner")
    owned = objects.pod("web-1", owners=[owner])
    client.api.load(owned, foo("a"), owner, foo_definition(), objects.namespace("default", labels={"team": "a"}))
    versions = {obj["metadata"]["name"]: int(obj["metadata"]["resourceVersion"]) for obj in client.api.list("pods") + client.api.list("rs")}
    assert versions["web"] < versions["web-1"]
    assert client.get(f"{FOOS}/a").status == 200
    assert client.api.get("namespace", "default")["metadata"]["labels"] == {"team": "a", "kubernetes.io/metadata.name": "default"}


def test_owners_in_a_circle_are_loaded_too(client: Client) -> None:
    first, second = objects.configmap("a", uid="u-a"), objects.configmap("b", uid="u-b")
    first["metadata"]["ownerReferences"] = [objects.owner_reference(second)]
    second["metadata"]["ownerReferences"] = [objects.owner_reference(first)]
    client.api.load(first, second)
    assert len(client.api.list("configmaps")) == 2


def test_what_is_loaded_replaces_what_is_there(client: Client) -> None:
    client.api.create(config_map("a", old="1"))
    client.api.load({**config_map("a", new="1"), "metadata": {"name": "a", "uid": "mine"}})
    stored = client.api.get("configmaps", "a")
    assert (stored["data"], stored["metadata"]["uid"]) == ({"new": "1"}, "mine")


def test_the_history_of_an_object_is_asked_for_by_the_object_too(client: Client) -> None:
    made = client.api.create(config_map("a", v="1"))
    client.api.create(objects.namespace("other"))
    for obj in (made, config_map("a")):
        assert [change.type for change in client.api.history(obj)] == ["ADDED"]
    assert [change.name for change in client.api.history(objects.namespace("other"))] == ["other"]
    assert client.api.history(objects.configmap("a", "other")) == []


def test_the_history_of_an_object_tells_its_lives_in_order(client: Client) -> None:
    client.api.create(config_map("a", v="1"))
    client.api.create(config_map("ab"))
    client.api.patch("configmaps", "a", {"data": {"v": "2"}})
    client.api.delete("configmaps", "a")
    client.api.create(config_map("a", v="3"))
    history = client.api.history("configmaps", "a")
    assert [(change.type, change.object["data"]["v"]) for change in history] == [
        ("ADDED", "1"),
        ("MODIFIED", "2"),
        ("DELETED", "2"),
        ("ADDED", "3"),
    ]
    assert [change.version for change in history] == [change.object["metadata"]["resourceVersion"] for change in history]


def test_a_history_has_nothing_from_before_a_compaction(client: Client) -> None:
    client.api.create(config_map("a", v="1"))
    client.api.compact()
    assert client.api.history("configmaps", "a") == []
    client.api.patch("configmaps", "a", {"data": {"v": "2"}})
    assert [change.type for change in client.api.history("configmaps", "a")] == ["MODIFIED"]


def test_a_restored_server_has_the_objects_and_the_definitions_of_the_snapshot(client: Client) -> None:
    client.with_foos().api.create(foo("a"))
    snapshot = client.api.snapshot()
    client.api.delete("foos", "a")
    client.api.delete("crd", "foos.lab.io")
    client.api.create({**foo_definition(), "metadata": {"name": "bars.lab.io"}} | _bars())
    client.api.restore(snapshot)
    assert client.get(FOOS).names == ["a"]
    assert client.get("/apis/lab.io/v1/namespaces/default/bars").status == 404


def test_no_definition_is_served_anew_while_a_server_is_restored(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.with_foos()
    definitions, kinds = client.api._verbs.definitions, client.api.kinds
    kind = kinds.find("apiextensions.k8s.io", "v1", "customresourcedefinitions")
    (version,) = client.api.storage.state(DEFINITIONS).versions
    assert kind is not None
    snapshot, restore = client.api.snapshot(), client.api.storage.restore

    def meanwhile(*args: Any, **options: Any) -> None:
        with pytest.raises(RuntimeError, match="served definitions"):  # whoever asks for it has to wait: here that is its holder
            definitions.removed(kind, version.document())
        restore(*args, **options)

    monkeypatch.setattr(client.api.storage, "restore", meanwhile)
    client.api.restore(snapshot)
    assert client.get(FOOS).status == 200


def test_a_restore_that_fails_leaves_the_definitions_served(client: Client) -> None:
    client.with_foos().api.create(foo("a"))
    nothing: Any = object()
    with pytest.raises(AttributeError):
        client.api.restore(nothing)
    assert client.get(FOOS).names == ["a"]


def _bars() -> dict[str, Any]:
    definition = foo_definition()
    definition["spec"]["names"] = {"plural": "bars", "singular": "bar", "kind": "Bar"}
    return {"spec": definition["spec"]}


def test_after_a_restore_watches_break_and_every_older_version_answers_410(client: Client) -> None:
    client.api.create(config_map("a"))
    snapshot = client.api.snapshot()
    before = client.api.create(config_map("b"))["metadata"]["resourceVersion"]
    stream = client.watch(CONFIG_MAPS, resourceVersion=before)
    client.api.restore(snapshot)
    with pytest.raises(ConnectionResetError):
        stream.read()
    (line,) = client.watch(CONFIG_MAPS, resourceVersion=before).rest()
    assert (line["type"], line["object"]["code"], line["object"]["reason"]) == ("ERROR", 410, "Expired")
    listed = client.get(CONFIG_MAPS)
    assert listed.names == ["a"]
    assert int(listed.json["metadata"]["resourceVersion"]) > int(before)
    created = client.api.create(config_map("c"))["metadata"]["resourceVersion"]
    assert int(created) > int(before), "a version is never given out twice"


def test_a_restore_that_rewinds_gives_versions_out_twice(client: Client) -> None:
    snapshot = client.api.snapshot()
    lost = client.api.create(config_map("lost"))["metadata"]["resourceVersion"]
    client.api.restore(snapshot, rewind=True)
    assert client.api.create(config_map("other"))["metadata"]["resourceVersion"] == lost
    assert client.get(CONFIG_MAPS).names == ["other"]


def test_a_pod_is_bound_as_a_scheduler_does_it(client: Client) -> None:
    client.api.create(objects.pod("web-1"))
    assert client.api.bind("web-1", "n1")["spec"]["nodeName"] == "n1"


def test_a_history_is_that_of_one_object(client: Client) -> None:
    with pytest.raises(ValueError, match=r"whose history\? name one of the configmaps, or give an object"):
        client.api.history("configmaps")
