"""JSON patch, merge patch and strategic merge patch: results and refusals are those of a 1.37.2 server."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.api_server.errors import StatusError
from fakes.api_server.kinds import Kind, Kinds
from fakes.api_server.patching.patches import go_text, json_patch, merge_patch, strategic_merge_patch

REJECTED = "the server rejected our request due to an error in our request"


def kind(group: str, plural: str) -> Kind:
    found = Kinds().find(group, "v1", plural)
    assert found is not None
    return found


DEPLOYMENT, POD = kind("apps", "deployments"), kind("", "pods")

# JSON patch

DOCUMENT = {"spec": {"a": 1, "l": [1, 2], "n": None}}


@pytest.mark.parametrize(
    ("operation", "spec"),
    [
        ({"op": "add", "path": "/spec/l/-", "value": 3}, {"a": 1, "l": [1, 2, 3], "n": None}),
        ({"op": "add", "path": "/spec/l/1", "value": 7}, {"a": 1, "l": [1, 7, 2], "n": None}),
        ({"op": "add", "path": "/spec/l/-1", "value": 3}, {"a": 1, "l": [1, 2, 3], "n": None}),
        ({"op": "add", "path": "/spec/v"}, {"a": 1, "l": [1, 2], "n": None, "v": None}),
        ({"op": "add", "path": "/spec/x~1y~0z", "value": 0}, {"a": 1, "l": [1, 2], "n": None, "x/y~z": 0}),
        ({"op": "remove", "path": "/spec/l/-1"}, {"a": 1, "l": [1], "n": None}),
        ({"op": "remove", "path": "/spec/n"}, {"a": 1, "l": [1, 2]}),
        ({"op": "replace", "path": "/spec/nope", "value": 1}, {"a": 1, "l": [1, 2], "n": None, "nope": 1}),
        ({"op": "replace", "path": "/spec/l/-1", "value": 9}, {"a": 1, "l": [1, 9], "n": None}),
        ({"op": "copy", "from": "/spec/nope", "path": "/spec/x"}, {"a": 1, "l": [1, 2], "n": None, "x": None}),
        ({"op": "move", "from": "/spec/a", "path": "/spec/b"}, {"l": [1, 2], "n": None, "b": 1}),
        ({"op": "test", "path": "/spec/nope", "value": None}, DOCUMENT["spec"]),
        ({"op": "test", "path": "/spec/l", "value": [1, 2]}, DOCUMENT["spec"]),
        ({"op": "test", "path": "", "value": DOCUMENT}, DOCUMENT["spec"]),
    ],
)
def test_a_json_patch_operation_does_what_the_servers_library_does(operation: dict[str, Any], spec: dict[str, Any]) -> None:
    before = copy.deepcopy(DOCUMENT)
    assert json_patch(DOCUMENT, [operation]) == {"spec": spec}
    assert before == DOCUMENT


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/spec/a", "value": 2},
        {"op": "test", "path": "/spec/a", "value": 1.0},
        {"op": "test", "path": "/spec/a", "value": True},
        {"op": "test", "path": "/spec/l/0"},
        {"op": "remove", "path": "/spec/none"},
        {"op": "remove", "path": "/spec/l/2"},
        {"op": "remove", "path": "/spec/l/-3"},
        {"op": "replace", "path": "/spec/l/5", "value": 1},
        {"op": "replace", "path": "/spec/l/-", "value": 1},
        {"op": "replace", "path": "", "value": 5},
        {"op": "add", "path": "", "value": {}},
        {"op": "add", "path": "/spec/a/b", "value": 5},
        {"op": "add", "path": "/spec/l/3", "value": 5},
        {"op": "add", "path": "/spec/l/x", "value": 5},
        {"op": "add", "value": 5},
        {"op": "move", "from": "/spec/nope", "path": "/spec/x"},
        {"op": "move", "from": "/spec/l", "path": "/spec/l/0"},
        {"op": "copy", "path": "/spec/x"},
        {"op": "frob", "path": "/spec/a"},
        {"path": "/spec/a"},
    ],
)
def test_a_json_patch_operation_that_fails_gets_422_without_a_word_about_why(operation: dict[str, Any]) -> None:
    with pytest.raises(StatusError) as error:
        json_patch(DOCUMENT, [{"op": "add", "path": "/spec/z", "value": 1}, operation])
    assert (error.value.code, error.value.message, error.value.details) == (422, REJECTED, {})
    assert "z" not in DOCUMENT["spec"]


@pytest.mark.parametrize(
    ("patch", "code", "message"),
    [
        ({"a": 1}, 400, "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp"),
        ("x", 400, "error decoding patch: json: cannot unmarshal string into Go value of type []handlers.jsonPatchOp"),
        (True, 400, "error decoding patch: json: cannot unmarshal bool into Go value of type []handlers.jsonPatchOp"),
        ([1], 400, "error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp"),
        ([{"op": 1}], 400, "error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string"),
        (
            [{"op": "test", "path": "/a"}] * 10_001,
            413,
            "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001",
        ),
    ],
)
def test_what_is_no_json_patch_is_refused_in_the_servers_words(patch: Any, code: int, message: str) -> None:
    with pytest.raises(StatusError) as error:
        json_patch(DOCUMENT, patch)
    assert (error.value.code, error.value.message) == (code, message)


def test_a_json_patch_of_null_or_without_operations_changes_nothing() -> None:
    assert json_patch(DOCUMENT, None) == json_patch(DOCUMENT, []) == DOCUMENT


# Merge patch

JSON = st.recursive(
    st.one_of(st.booleans(), st.integers(-3, 3), st.sampled_from(["", "x", "y"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), JSON, max_size=4)


def difference(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    patch: dict[str, Any] = {name: None for name in old if name not in new}
    for name, value in new.items():
        if isinstance(old.get(name), dict) and isinstance(value, dict):
            patch[name] = difference(old[name], value)
        elif name not in old or old[name] != value or type(old[name]) is not type(value):
            patch[name] = value
    return patch


@given(OBJECTS, OBJECTS)
def test_the_merge_patch_that_is_the_difference_of_two_objects_leads_from_one_to_the_other(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    before = copy.deepcopy(old)
    assert merge_patch(old, difference(old, new)) == new
    assert old == before


@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}, {"a": {"c": 2}}),
        ({"a": 1}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
        ({}, {"a": {"b": {"c": None}}}, {"a": {"b": {}}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({}, {"l": [None, {"x": None}]}, {"l": [None, {}]}),
        ({"a": {}}, {"a": [{"x": None}]}, {"a": [{"x": None}]}),
        ({"a": 1}, {}, {"a": 1}),
    ],
)
def test_a_merge_patch_treats_nulls_and_lists_as_the_servers_library_does(document: Any, patch: Any, result: Any) -> None:
    assert merge_patch(document, patch) == result


def test_what_is_no_merge_patch_is_refused_in_the_servers_words() -> None:
    with pytest.raises(StatusError) as error:
        merge_patch({}, [1])
    message = "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}"
    assert (error.value.code, error.value.message) == (400, message)
    with pytest.raises(StatusError) as error:
        merge_patch({}, None)
    assert (error.value.code, error.value.message) == (400, "Invalid JSON Patch")


# Strategic merge patch


def deployment() -> dict[str, Any]:
    """The one that the captured patches were sent to, without what does not matter."""
    env = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    container = {"name": "c", "image": "i:1", "ports": [{"name": "h", "containerPort": 80}], "env": env}
    pod = {"volumes": [{"name": "v", "emptyDir": {}}], "containers": [container], "tolerations": [{"key": "k", "operator": "Exists"}]}
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%"}}
    return {"metadata": {"name": "sm"}, "spec": {"replicas": 1, "template": {"spec": pod}, "strategy": strategy}}


def patched(patch: dict[str, Any], document: dict[str, Any] | None = None, of: Kind = DEPLOYMENT) -> dict[str, Any]:
    return strategic_merge_patch(document if document is not None else deployment(), patch, of)


def pod_patch(**spec: Any) -> dict[str, Any]:
    return {"spec": {"template": {"spec": spec}}}


def pod_of(document: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = document["spec"]["template"]["spec"]
    return spec


def env_after(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    result = patched(pod_patch(containers=[{"name": "c", "env": list(changes)}]))
    env: list[dict[str, Any]] = pod_of(result)["containers"][0]["env"]
    return env


def test_lists_with_a_merge_key_merge_element_by_element() -> None:
    assert env_after({"name": "B", "value": "3"}, {"name": "C", "value": "4"}) == [
        {"name": "A", "value": "1"},
        {"name": "B", "value": "3"},
        {"name": "C", "value": "4"},
    ]


def test_a_new_element_stands_before_those_that_the_patch_does_not_name() -> None:
    result = patched(pod_patch(containers=[{"name": "e", "image": "i:2"}]))
    assert [container["name"] for container in pod_of(result)["containers"]] == ["e", "c"]


def test_an_element_is_deleted_by_its_key() -> None:
    assert env_after({"name": "A", "$patch": "delete"}) == [{"name": "B", "value": "2"}]


def test_a_list_is_replaced_when_the_patch_says_so() -> None:
    assert env_after({"$patch": "replace"}, {"name": "Z", "value": "9"}) == [{"name": "Z", "value": "9"}]


def test_an_object_is_replaced_or_emptied_when_the_patch_says_so() -> None:
    labelled = patched({"metadata": {"labels": {"one": "1", "two": "2"}}})
    assert patched({"metadata": {"labels": {"$patch": "replace", "three": "3"}}}, labelled)["metadata"]["labels"] == {"three": "3"}
    assert patched({"metadata": {"labels": {"$patch": "delete"}}}, labelled)["metadata"]["labels"] == {}


def test_retain_keys_drops_what_it_does_not_name() -> None:
    assert patched({"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}})["spec"]["strategy"] == {"type": "Recreate"}


def test_the_order_of_elements_can_be_set_with_and_without_changing_them() -> None:
    two = patched(pod_patch(containers=[{"name": "e", "image": "i:2"}]))
    order = {"$setElementOrder/containers": [{"name": "c"}, {"name": "e"}]}
    assert [container["name"] for container in pod_of(patched(pod_patch(**order), two))["containers"]] == ["c", "e"]
    changed = patched(pod_patch(**order, containers=[{"name": "e", "image": "i:3"}]), two)
    assert [container["image"] for container in pod_of(changed)["containers"]] == ["i:1", "i:3"]


def test_what_the_server_added_keeps_its_place_when_the_order_is_set() -> None:
    document = deployment()
    pod_of(document)["containers"] = [{"name": name} for name in ("a", "injected", "b")]
    order = {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}
    result = patched(pod_patch(**order, containers=[{"name": "b", "image": "i"}]), document)
    assert [container["name"] for container in pod_of(result)["containers"]] == ["injected", "b", "a"]


def test_lists_of_texts_that_merge_grow_and_shrink_by_element() -> None:
    both = patched({"metadata": {"finalizers": ["e.com/a", "e.com/b"]}})
    assert patched({"metadata": {"finalizers": ["e.com/b", "e.com/c"]}}, both)["metadata"]["finalizers"] == [
        "e.com/a",
        "e.com/b",
        "e.com/c",
    ]
    less = patched({"metadata": {"$deleteFromPrimitiveList/finalizers": ["e.com/a"]}}, both)
    assert less["metadata"]["finalizers"] == ["e.com/b"]
    assert "finalizers" not in patched({"metadata": {"finalizers": None}}, both)["metadata"]


def test_a_list_without_a_merge_strategy_is_replaced() -> None:
    assert pod_of(patched(pod_patch(tolerations=[{"key": "n"}])))["tolerations"] == [{"key": "n"}]


def test_null_removes_and_an_empty_patch_changes_nothing() -> None:
    assert "volumes" not in pod_of(patched(pod_patch(volumes=None)))
    assert patched({}) == deployment()
    assert patched({"spec": {"paused": None}}) == deployment()
    assert strategic_merge_patch(deployment(), None, DEPLOYMENT) == deployment()


def test_the_source_of_a_volume_is_exchanged_not_mixed() -> None:
    change = {"name": "v", "$retainKeys": ["name", "configMap"], "configMap": {"name": "m"}}
    assert pod_of(patched(pod_patch(volumes=[change])))["volumes"] == [{"name": "v", "configMap": {"name": "m"}}]


def test_directives_never_end_up_in_the_result() -> None:
    new = {"name": "n", "env": [{"name": "x", "value": "1"}], "$setElementOrder/env": [{"name": "x"}], "command": None}
    result = patched(
        pod_patch(containers=[new], initContainers=[{"name": "i", "$patch": "delete"}, {**new, "$retainKeys": ["name", "env"]}])
    )
    # an element that is added to a list keeps its nulls, for the decoder to drop
    assert pod_of(result)["containers"][0] == {"name": "n", "env": [{"name": "x", "value": "1"}], "command": None}
    assert pod_of(result)["initContainers"] == [{"name": "n", "env": [{"name": "x", "value": "1"}]}]


def test_neither_the_document_nor_the_patch_is_changed_or_shared() -> None:
    document, patch = deployment(), pod_patch(**{"$setElementOrder/containers": [{"name": "c"}]}, containers=[{"name": "c", "args": ["x"]}])
    before = copy.deepcopy((document, patch))
    result = patched(patch, document)
    pod_of(result)["containers"][0]["args"].append("y")
    assert (document, patch) == before


@pytest.mark.parametrize(
    ("patch", "code", "message"),
    [
        (pod_patch(containers=[{"image": "x"}]), 500, "map: map[image:x] does not contain declared merge key: name"),
        (pod_patch(containers=[{"name": "c", "$patch": "x"}]), 500, "unknown patch type: x in map: map[$patch:x name:c]"),
        (pod_patch(containers=[{"name": "c", "$patch": "merge"}]), 500, "merging lists cannot yet be specified in the patch"),
        (pod_patch(containers=[1]), 500, None),
        (pod_patch(containers=[[1]]), 422, REJECTED),
        ({"metadata": {"labels": {"$patch": "merge"}}}, 200, None),
        ({"spec": {"strategy": {"$patch": "merge"}}}, 500, "unknown patch type: merge in map: map[$patch:merge]"),
        ({"spec": {"strategy": {"$retainKeys": "type"}}}, 400, "invalid patch format of retainKeys"),
        ({"spec": {"strategy": {"$retainKeys": ["a"], "type": "b"}}}, 400, "invalid patch format of retainKeys"),
        ({"metadata": {"$deleteFromPrimitiveList": ["a"]}}, 400, "invalid patch format of primitive list"),
        (pod_patch(**{"$setElementOrder": []}), 400, "invalid patch format of setElementOrder list"),
        (pod_patch(**{"$setElementOrder/containers": {}}), 500, "expected a []interface {}, but received a map[string]interface {}"),
        (
            pod_patch(**{"$setElementOrder/containers": [{"name": "d"}]}, containers=[{"name": "c"}]),
            500,
            "The order in patch list:\n[map[name:c]]\n doesn't match $setElementOrder list:\n[map[name:d]]\n",
        ),
        ([1], 400, "json: cannot unmarshal array into Go value of type map[string]interface {}"),
    ],
)
def test_a_patch_that_cannot_be_merged_is_refused_as_the_server_does_it(patch: Any, code: int, message: str | None) -> None:
    if code == 200:
        patched(patch)
        return
    with pytest.raises(StatusError) as error:
        patched(patch)
    assert error.value.code == code
    assert message in (None, error.value.message)


def test_a_strategic_merge_patch_of_a_custom_kind_gets_415() -> None:
    custom = Kinds().install(
        {
            "metadata": {"name": "foos.e.com"},
            "spec": {
                "group": "e.com",
                "scope": "Namespaced",
                "names": {"plural": "foos", "kind": "Foo"},
                "versions": [{"name": "v1", "served": True, "storage": True}],
            },
        }
    )[0]
    with pytest.raises(StatusError) as error:
        strategic_merge_patch({}, {}, custom)
    assert (error.value.code, error.value.message) == (
        415,
        (
            "the body of the request was in an unknown format - accepted media types include:"
            " application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
        ),
    )


def test_every_built_in_kind_that_can_be_patched_has_a_schema_to_merge_by() -> None:
    patchable = [kind for kind in Kinds().all() if "patch" in kind.verbs]
    assert len(patchable) > 50
    for each in patchable:
        result = strategic_merge_patch({"metadata": {"finalizers": ["a"]}}, {"metadata": {"finalizers": ["b"]}}, each)
        assert result == {"metadata": {"finalizers": ["b", "a"]}}


FINALIZERS = st.lists(st.sampled_from("abcd"), unique=True, max_size=4)


@given(FINALIZERS, FINALIZERS, FINALIZERS)
def test_merging_texts_keeps_each_once_and_the_patch_in_its_order(held: list[str], change: list[str], gone: list[str]) -> None:
    patch = {"metadata": {"finalizers": change}} if change else {"metadata": {}}
    merged = strategic_merge_patch({"metadata": {"finalizers": held}}, patch, POD)["metadata"]["finalizers"]
    assert sorted(merged) == sorted({*held, *change})
    assert [item for item in merged if item in change] == change
    assert [item for item in merged if item not in change] == [item for item in held if item not in change]
    rest = strategic_merge_patch({"metadata": {"finalizers": merged}}, {"metadata": {"$deleteFromPrimitiveList/finalizers": gone}}, POD)
    assert rest["metadata"]["finalizers"] == [item for item in merged if item not in gone]


def test_values_print_as_go_prints_them() -> None:
    assert go_text({"b": [1, "x", None], "a": {"t": True}}) == "map[a:map[t:true] b:[1 x <nil>]]"
