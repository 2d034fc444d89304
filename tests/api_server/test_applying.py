"""Server-side apply, and who owns what after writes of every kind. What a real server answers is in tests/conformance/scripts/owning.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fakes.api_server.errors import Conflict
from fakes.api_server.face.manifests import ManifestError
from fakes.api_server.ownership.field_manager import of_agent
from tests.api_server.client import CONFIG_MAPS, FOOS, Answer, Client, config_map, foo, foo_definition

APPLY = {"Content-Type": "application/apply-patch+yaml"}


@pytest.fixture
def client() -> Client:
    return Client().with_foos()


def apply(client: Client, document: dict[str, Any], manager: str = "m", path: str = CONFIG_MAPS, **query: Any) -> Answer:
    return client.ask("PATCH", f"{path}/{document['metadata']['name']}", document, APPLY, fieldManager=manager, **query)


def owners(document: dict[str, Any]) -> dict[str, Any]:
    return {entry["manager"]: entry["fieldsV1"] for entry in document["metadata"].get("managedFields", ())}


def test_two_managers_share_an_object_field_by_field(client: Client) -> None:
    assert apply(client, config_map("a", x="1"), "one").status == 201
    answer = apply(client, config_map("a", y="1"), "two")
    assert answer.json["data"] == {"x": "1", "y": "1"}
    assert owners(answer.json) == {"one": {"f:data": {"f:x": {}}}, "two": {"f:data": {"f:y": {}}}}


def test_what_a_manager_names_no_more_goes_unless_somebody_else_owns_it(client: Client) -> None:
    apply(client, config_map("a", x="1", y="1"), "one")
    apply(client, config_map("a", y="1"), "two")
    assert apply(client, {**config_map("a"), "data": {}}, "one").json["data"] == {"y": "1"}


def test_a_field_of_another_manager_is_a_conflict_until_it_is_forced(client: Client) -> None:
    before = apply(client, config_map("a", x="1"), "one")
    refused = apply(client, config_map("a", x="2"), "two")
    assert (refused.status, refused.json["message"]) == (409, 'Apply failed with 1 conflict: conflict with "one": .data.x')
    assert client.get(f"{CONFIG_MAPS}/a").raw == before.raw
    forced = apply(client, config_map("a", x="2"), "two", force="true")
    assert owners(forced.json) == {"two": {"f:data": {"f:x": {}}}}


def test_the_same_again_changes_neither_version_nor_time(client: Client) -> None:
    first = apply(client, foo("a"), path=FOOS)
    client.run(lambda: client.api.runtime.sleep(60))
    again = apply(client, foo("a"), path=FOOS)
    assert (again.status, again.raw) == (200, first.raw)


def test_the_time_of_a_manager_changes_with_its_fields_only(client: Client) -> None:
    apply(client, config_map("a", x="1"), "z")
    client.run(lambda: client.api.runtime.sleep(60))
    apply(client, config_map("a", y="1"), "a")
    times = [(entry["manager"], entry["time"]) for entry in client.api.get("configmaps", "a")["metadata"]["managedFields"]]
    assert times == [("z", "2024-01-01T00:00:00Z"), ("a", "2024-01-01T00:01:00Z")], "the earliest first"


def test_an_update_takes_the_fields_that_it_changes_and_no_others(client: Client) -> None:
    apply(client, config_map("a", x="1", y="1"), "one")
    answer = client.merge(f"{CONFIG_MAPS}/a", {"data": {"x": "2", "y": "1", "z": "1"}}, fieldManager="two")
    assert owners(answer.json) == {"one": {"f:data": {"f:y": {}}}, "two": {"f:data": {"f:x": {}, "f:z": {}}}}
    unchanged = client.merge(f"{CONFIG_MAPS}/a", {"data": {"y": "1"}}, fieldManager="three")
    assert unchanged.raw == answer.raw


def test_an_apply_goes_on_from_the_write_that_was_faster(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(client, config_map("a", x="1"), "one")
    ownership = client.api._verbs.applier._ownership
    applied = ownership.applied
    raced: list[bool] = []

    def slow(*args: Any) -> Any:
        result = applied(*args)
        if not raced:
            raced.append(True)
            client.api.patch("configmaps", "a", {"data": {"fast": "1"}})
        return result

    monkeypatch.setattr(ownership, "applied", slow)
    assert apply(client, config_map("a", y="1"), "two").json["data"] == {"x": "1", "y": "1", "fast": "1"}


def test_two_who_create_the_same_end_up_with_one_object(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ownership = client.api._verbs.applier._ownership
    applied = ownership.applied
    raced: list[bool] = []

    def slow(*args: Any) -> Any:
        result = applied(*args)
        if not raced:
            raced.append(True)
            client.api.create(config_map("a", fast="1"))
        return result

    monkeypatch.setattr(ownership, "applied", slow)
    answer = apply(client, config_map("a", y="1"), "two")
    assert (answer.status, answer.json["data"]) == (200, {"fast": "1", "y": "1"})


def test_a_body_in_json_with_a_key_twice_is_refused_where_the_client_is_strict(client: Client) -> None:
    body = b'{"apiVersion": "v1", "kind": "ConfigMap",\n "metadata": {"name": "a"},\n "data": {"a": "1",\n "a": "2"}}'
    refused = client.ask("PATCH", f"{CONFIG_MAPS}/a", body, APPLY, fieldManager="m", fieldValidation="Strict")
    assert (refused.status, refused.json["message"].splitlines()[-1]) == (400, '  line 4: key "a" already set in map')
    warned = client.ask("PATCH", f"{CONFIG_MAPS}/a", body, APPLY, fieldManager="m")
    assert (warned.status, warned.json["data"]) == (201, {"a": "2"})


def test_the_oldest_of_more_than_ten_updaters_become_one(client: Client) -> None:
    client.api.create(config_map("a", k0="1"), manager="u0")
    for number in range(1, 13):
        client.run(lambda: client.api.runtime.sleep(1))
        client.api.patch("configmaps", "a", {"data": {f"k{number}": "1"}}, manager=f"u{number}")
    found = owners(client.api.get("configmaps", "a"))
    assert len(found) == 10
    assert found["ancient-changes"] == {"f:data": {".": {}, "f:k0": {}, "f:k1": {}, "f:k2": {}, "f:k3": {}}}
    assert set(found) == {"ancient-changes", *(f"u{number}" for number in range(4, 13))}


def test_managed_fields_of_what_is_loaded_are_kept(client: Client) -> None:
    apply(client, config_map("a", x="1"), "one")
    stored = client.api.get("configmaps", "a")
    client.api.delete("configmaps", "a")
    client.api.load(stored)
    assert client.api.get("configmaps", "a")["metadata"]["managedFields"] == stored["metadata"]["managedFields"]
    assert apply(client, config_map("a", x="2"), "two").status == 409


@pytest.mark.parametrize(
    ("agent", "manager"),
    [
        ("kubectl/v1.37.2 (linux/amd64)", "kubectl"),
        ("", ""),
        ("/1", ""),
        ("a b", "a b"),
        ("a\tb\x00/1", "ab"),
        ("\xc3\xa9/1", "\u00e9"),
        ("x" * 130, "x" * 128),
        ("\xc3\xa9" * 65, "\u00e9" * 64),
    ],
)
def test_who_names_no_manager_is_known_by_the_start_of_the_user_agent(agent: str, manager: str) -> None:
    assert of_agent(agent) == manager


def test_the_python_face_applies_and_takes_back_what_it_gave_up(client: Client) -> None:
    client.api.apply({**config_map("a", x="1", y="1"), "kind": "ConfigMap"})
    client.api.patch("configmaps", "a", {"data": {"z": "1"}}, manager="other")
    (stored,) = client.api.apply(config_map("a", y="2"))
    assert stored["data"] == {"y": "2", "z": "1"}
    assert owners(stored) == {"test": {"f:data": {"f:y": {}}}, "other": {"f:data": {"f:z": {}}}}


def test_the_python_face_takes_over_what_others_own_unless_told_not_to(client: Client, tmp_path: Path) -> None:
    client.api.create(foo("a", spec={"size": 1, "color": "red"}), manager="other")
    path = tmp_path / "foo.yaml"
    path.write_text("apiVersion: lab.io/v1\nkind: Foo\nmetadata:\n  name: a\nspec:\n  color: red\n  size: 2\n")
    with pytest.raises(ManifestError) as refused:
        client.api.apply(path, force=False)
    start = f'{path}:7, document 1, Foo a: Apply failed with 1 conflict: conflict with "other" using lab.io/v1: .spec.size'
    assert (refused.value.reason, refused.value.message) == ("Conflict", start)
    assert isinstance(refused.value.__cause__, Conflict)
    (stored,) = client.api.apply(path, manager="mine")
    assert owners(stored)["mine"] == {"f:spec": {"f:color": {}, "f:size": {}}}


def test_what_is_there_twice_in_a_keyed_list_is_named_with_its_line(client: Client) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: c\n    image: i\n  - name: c\n    image: i\n"
    with pytest.raises(ManifestError, match=r'manifest:6, document 1, Pod a: .*duplicate entries for key \[name="c"\]$'):
        client.api.apply(pod)


def test_an_object_without_a_name_of_its_own_is_created_each_time(client: Client) -> None:
    nameless = {**config_map(""), "metadata": {"generateName": "a-"}}
    (first,), (second,) = client.api.apply(nameless), client.api.apply(nameless)
    assert first["metadata"]["name"] != second["metadata"]["name"]


def test_a_definition_is_established_by_the_server(client: Client) -> None:
    status = [entry for entry in client.api.get("crd", "foos.lab.io")["metadata"]["managedFields"] if entry.get("subresource")]
    assert [(entry["manager"], entry["subresource"]) for entry in status] == [("kube-apiserver", "status")]


def test_a_definition_that_makes_a_list_whole_changes_who_owns_its_entries(client: Client) -> None:
    def defined(kind: str) -> dict[str, Any]:
        tags = {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": kind}
        spec = {"type": "object", "properties": {"tags": tags}}
        return foo_definition(selectableFields=[], schema={"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}})

    client.api.update({**client.api.get("crd", "foos.lab.io"), "spec": defined("set")["spec"]})
    apply(client, foo("a", spec={"tags": ["x"]}), path=FOOS)
    client.api.update({**client.api.get("crd", "foos.lab.io"), "spec": defined("atomic")["spec"]})
    assert owners(client.merge(f"{FOOS}/a", {"metadata": {"labels": {"l": "1"}}}).json)["m"] == {"f:spec": {"f:tags": {}}}


def test_owners_are_in_every_form_of_an_object(client: Client) -> None:
    stored = apply(client, config_map("a")).json["metadata"]["managedFields"]
    partial = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
    assert client.get(f"{CONFIG_MAPS}/a", {"Accept": partial}).json["metadata"]["managedFields"] == stored
    table = client.get(CONFIG_MAPS, {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}).json
    assert [row["object"]["metadata"]["managedFields"] for row in table["rows"] if row["object"]["metadata"]["name"] == "a"] == [stored]
    binary = client.get(f"{CONFIG_MAPS}/a", {"Accept": "application/vnd.kubernetes.protobuf"}).raw
    assert json.dumps(stored[0]["fieldsV1"], separators=(",", ":")).encode() in binary


NOTE = "kubectl.kubernetes.io/last-applied-configuration"


@pytest.mark.parametrize(
    ("metadata", "noted"),
    [({}, {}), ({"metadata": None}, {"metadata": None}), ({"metadata": {"name": "a", "annotations": None}}, {"metadata": {"name": "a"}})],
)
def test_kubectls_note_is_kept_up_whatever_metadata_it_applies(client: Client, metadata: dict[str, Any], noted: dict[str, Any]) -> None:
    client.api.create({**config_map("a"), "metadata": {"name": "a", "annotations": {NOTE: "{}"}}})
    config = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"x": "y"}, **metadata}
    answer = client.ask("PATCH", f"{CONFIG_MAPS}/a", config, APPLY, fieldManager="kubectl", force="true")
    unnamed = {name: value for name, value in config.items() if name != "metadata"}
    assert json.loads(answer.json["metadata"]["annotations"][NOTE]) == {**unnamed, **noted}


@pytest.mark.parametrize("said", [{"apiVersion": 5}, {"apiVersion": True}, {"apiVersion": {}}])
def test_what_says_no_version_is_of_another_type(client: Client, said: dict[str, Any]) -> None:
    refused = apply(client, {**config_map("a"), **said})
    assert (refused.status, refused.message) == (400, "invalid object type: /, Kind=ConfigMap")


def entry(fields: dict[str, Any], time: Any = "2026-01-01T00:00:00Z") -> dict[str, Any]:
    return {"manager": "x", "operation": "Update", "apiVersion": "v1", "time": time, "fieldsType": "FieldsV1", "fieldsV1": fields}


@pytest.mark.parametrize("step", ["k:[1]", "k:5", "v:NaN", "v:", "i:x"])
def test_managed_fields_that_cannot_be_read_count_for_nothing_and_are_not_loaded(client: Client, step: str) -> None:
    sent = {**config_map("a"), "metadata": {"name": "a", "namespace": "default", "managedFields": [entry({step: {}})]}}
    answer = client.post(CONFIG_MAPS, sent)
    assert (answer.status, "x" in owners(answer.json)) == (201, False)
    with pytest.raises(ManifestError, match=r"metadata\.managedFields cannot be read"):
        client.api.load(sent)


def test_the_times_of_managed_fields_are_checked_and_kept_in_seconds(client: Client) -> None:
    def answer(time: str) -> Answer:
        return client.post(CONFIG_MAPS, {**config_map("a"), "metadata": {"name": "a", "managedFields": [entry({"f:immutable": {}}, time)]}})

    refused = answer("yesterday")
    why = 'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"'
    assert (refused.status, refused.message) == (400, f'ConfigMap in version "v1" cannot be handled as a ConfigMap: {why}')
    made = answer("2026-01-01T00:00:00.5Z")
    assert {entry["time"] for entry in made.json["metadata"]["managedFields"] if entry["manager"] == "x"} == {"2026-01-01T00:00:00Z"}
