"""CustomResourceDefinitions: refusals and statuses are those of a 1.37.2 server."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from fakes.api_server.custom import crds
from fakes.api_server.errors import StatusError
from tests.api_server.client import Client, foo_definition

LABEL_RULE = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an"
    " alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
)
ROOT = "spec.validation.openAPIV3Schema"
KEPT = (
    '"Deprecated":false,"DeprecationWarning":null,"Schema":null,"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null'
)


def definition(**changes: Any) -> dict[str, Any]:
    """A good one, with changes by path: `spec__versions__0__name="v2"`; None takes away."""
    document: dict[str, Any] = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "foos.e.com"},
        "spec": {
            "group": "e.com",
            "scope": "Namespaced",
            "names": {"plural": "foos", "kind": "Foo"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}],
        },
    }
    for path, value in changes.items():
        *steps, last = path.split("__")
        place: Any = document
        for step in steps:
            place = place[int(step) if step.isdigit() else step]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return document


def version(**fields: Any) -> dict[str, Any]:
    return {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}, **fields}


def refusal(document: dict[str, Any]) -> str:
    with pytest.raises(StatusError) as error:
        crds.check(document)
    assert error.value.code == 422
    prefix = f'CustomResourceDefinition.apiextensions.k8s.io "{document["metadata"]["name"]}" is invalid: '
    assert error.value.message.startswith(prefix)
    return error.value.message.removeprefix(prefix)


def schema(content: dict[str, Any]) -> dict[str, Any]:
    return {"spec__versions__0__schema": {"openAPIV3Schema": content}}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"metadata__name": "bars.e.com"}, 'metadata.name: Invalid value: "bars.e.com": must be spec.names.plural+"."+spec.group'),
    ({"spec__scope": None}, "spec.scope: Required value"),
    ({"spec__scope": "Galaxy"}, 'spec.scope: Unsupported value: "Galaxy": supported values: "Cluster", "Namespaced"'),
    ({"spec__versions__0__schema": None}, "spec.versions[0].schema.openAPIV3Schema: Required value"),
    (
        {"spec__versions__0__storage": False},
        (
            f'[spec.versions: Invalid value: [{{"Name":"v1","Served":true,"Storage":false,{KEPT}}}]: must have exactly one version marked'
            " as storage version, status.storedVersions: Invalid value: null: must have at least one stored version]"
        ),
    ),
    (
        {"spec__versions": []},
        (
            "[spec.versions: Invalid value: []: must have exactly one version marked as storage version,"
            " status.storedVersions: Invalid value: null: must have at least one stored version]"
        ),
    ),
    (
        {"spec__versions__0__name": "V1"},
        f'[spec.versions[0].name: Invalid value: "V1": {LABEL_RULE}, spec.version: Invalid value: "V1": {LABEL_RULE}]',
    ),
    (schema({"type": "array", "items": {"type": "string"}}), f'{ROOT}.type: Invalid value: "array": must be object at the root'),
    (schema({}), f"{ROOT}.type: Required value: must not be empty at the root"),
    (
        schema({"type": "object", "properties": {"spec": {"type": "object", "properties": {"a": {}, "l": {"type": "array"}}}}}),
        (
            f"[{ROOT}.properties[spec].properties[a].type: Required value: must not be empty for specified object fields,"
            f" {ROOT}.properties[spec].properties[l].items: Required value: must be specified]"
        ),
    ),
    (
        schema({"type": "object", "additionalProperties": {}}),
        (
            f"[{ROOT}.additionalProperties.type: Required value: must not be empty for specified object fields,"
            f" {ROOT}.additionalProperties: Forbidden: must not be used at the root]"
        ),
    ),
    (
        {"spec__versions__0__subresources": {"scale": {"specReplicasPath": "spec.x", "statusReplicasPath": ".spec.y"}}},
        (
            '[spec.subresources.scale.specReplicasPath: Invalid value: "spec.x": must be a simple json path starting with .,'
            ' spec.subresources.scale.statusReplicasPath: Invalid value: ".spec.y": should be a json path under .status]'
        ),
    ),
    (
        {"spec__versions__0__selectableFields": [{"jsonPath": ".spec.zz"}, {"jsonPath": ""}]},
        (
            '[spec.selectableFields[0].jsonPath: Invalid value: ".spec.zz": is an invalid path: does not refer to a valid field,'
            " spec.selectableFields[1].jsonPath: Required value]"
        ),
    ),
    ({"spec__conversion": {"strategy": "Foo"}}, 'spec.conversion.strategy: Unsupported value: "Foo": supported values: "None", "Webhook"'),
    (
        {"spec__preserveUnknownFields": True},
        (
            "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in"
            " spec.versions[*].schema instead"
        ),
    ),
    (
        {"spec__group": "x.k8s.io", "metadata__name": "foos.x.k8s.io"},
        (
            "metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation"
            ' "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111'
        ),
    ),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED)
def test_a_definition_that_makes_no_sense_is_refused_in_the_servers_words(changes: dict[str, Any], message: str) -> None:
    assert refusal(definition(**changes)) == message


def test_an_empty_definition_gets_the_whole_list_of_causes() -> None:
    document = {"metadata": {"name": "x"}}
    message = refusal(document)
    assert message == (
        '[metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group, spec.group: Required value,'
        " spec.scope: Required value, spec.versions: Invalid value: null: must have exactly one version marked as storage version,"
        " spec.names.plural: Required value, spec.names.singular: Required value, spec.names.kind: Required value,"
        " spec.names.listKind: Required value, status.storedVersions: Invalid value: null: must have at least one stored version]"
    )


def test_faults_of_what_versions_do_not_share_name_the_version() -> None:
    versions = [version(), version(name="v2", storage=False, schema={"openAPIV3Schema": {"type": "array", "items": {"type": "string"}}})]
    expected = 'spec.versions[1].schema.openAPIV3Schema.type: Invalid value: "array": must be object at the root'
    assert refusal(definition(spec__versions=versions)) == expected


def test_a_conversion_webhook_is_refused_as_something_that_the_fake_lacks() -> None:
    with pytest.raises(StatusError) as error:
        crds.check(definition(spec__conversion={"strategy": "Webhook"}))
    assert error.value.code == 501
    assert "conversion webhooks" in error.value.message


def test_a_good_definition_passes_and_is_not_changed() -> None:
    document = definition(metadata__annotations={"api-approved.kubernetes.io": "unapproved, a test"})
    before = copy.deepcopy(document)
    crds.check(document)
    crds.established(document, "2026-11-23T05:13:52Z")
    crds.kinds_of(document)
    assert document == before


def test_creation_fills_in_names_conversion_and_an_empty_status_in_the_servers_order() -> None:
    stored = crds.defaulted(definition(spec__names__shortNames=["f"]))
    names = {"plural": "foos", "singular": "foo", "shortNames": ["f"], "kind": "Foo", "listKind": "FooList"}
    assert list(stored["spec"]["names"].items()) == list(names.items())
    assert list(stored["spec"]) == ["group", "names", "scope", "versions", "conversion"]
    assert stored["spec"]["conversion"] == {"strategy": "None"}
    assert stored["status"] == {"conditions": None, "acceptedNames": {"plural": "", "kind": ""}, "storedVersions": ["v1"]}


def test_an_established_definition_has_both_conditions_and_its_accepted_names() -> None:
    now = "2026-11-23T05:13:52Z"
    status = crds.established(definition(), now)["status"]
    common = {"status": "True", "lastTransitionTime": now}
    assert status == {
        "conditions": [
            {"type": "NamesAccepted", **common, "reason": "NoConflicts", "message": "no conflicts found"},
            {"type": "Established", **common, "reason": "InitialNamesAccepted", "message": "the initial names have been accepted"},
        ],
        "acceptedNames": {"plural": "foos", "singular": "foo", "kind": "Foo", "listKind": "FooList"},
        "storedVersions": ["v1"],
    }


def test_establishing_again_keeps_the_times_and_remembers_every_stored_version() -> None:
    first = crds.established(definition(), "2026-01-01T00:00:00Z")
    first["spec"]["versions"] = [version(storage=False), version(name="v2")]
    status = crds.established(first, "2027-01-01T00:00:00Z")["status"]
    assert {condition["lastTransitionTime"] for condition in status["conditions"]} == {"2026-01-01T00:00:00Z"}
    assert status["storedVersions"] == ["v1", "v2"]


def test_there_is_a_kind_for_each_served_version_with_its_own_subresources() -> None:
    scale = {"specReplicasPath": ".spec.n", "statusReplicasPath": ".status.n"}
    fields = [{"jsonPath": ".spec.color"}]
    versions = [
        version(subresources={"status": {}, "scale": scale}, selectableFields=fields),
        version(name="v2", storage=False),
        version(name="v3", storage=False, served=False),
    ]
    first, second = crds.kinds_of(definition(spec__versions=versions, spec__names__categories=["all"]))
    assert first.resource.api_version == "e.com/v1"
    assert {name: (sub.kind, sub.api_version) for name, sub in first.subresources.items()} == {
        "status": ("Foo", "e.com/v1"),
        "scale": ("Scale", "autoscaling/v1"),
    }
    assert first.selectable_fields == ("metadata.name", "metadata.namespace", "spec.color")
    assert (first.custom, first.has_generation, first.create_on_update, first.returns_deleted) == (True, True, False, False)
    assert (first.singular, first.list_kind, first.categories) == ("foo", "FooList", ("all",))
    assert first.definition["subresources"]["scale"] == scale
    assert (second.resource.version, dict(second.subresources)) == ("v2", {})
    assert first.storage_version_hash == second.storage_version_hash == "XgnXlqn3xQU="


def test_only_the_name_can_be_selected_by_in_a_cluster_scoped_kind() -> None:
    (kind,) = crds.kinds_of(definition(spec__scope="Cluster"))
    assert (kind.selectable_fields, kind.resource.namespaced) == (("metadata.name",), False)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"spec__scope": "Cluster"}, 'spec.scope: Invalid value: "Cluster": field is immutable'),
        ({"spec__names__kind": "Fooo"}, 'spec.names.kind: Invalid value: "Fooo": field is immutable'),
        (
            {"spec__versions__0__name": "v2"},
            (
                'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must'
                " remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes"
                " v1 from status.storedVersions"
            ),
        ),
    ],
)
def test_a_change_that_stored_objects_could_not_survive_is_refused(changes: dict[str, Any], message: str) -> None:
    old = crds.established(definition(spec__names__listKind="FooList"), "2026-01-01T00:00:00Z")
    with pytest.raises(StatusError) as error:
        crds.check_update(definition(spec__names__listKind="FooList", **changes), old)
    assert error.value.message == f'CustomResourceDefinition.apiextensions.k8s.io "foos.e.com" is invalid: {message}'


def test_adding_a_version_is_no_fault() -> None:
    old = crds.established(definition(), "2026-01-01T00:00:00Z")
    crds.check_update(definition(spec__versions=[version(), version(name="v2", storage=False)]), old)


CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def test_what_nobody_knows_of_a_definition_is_not_stored() -> None:
    client, made = Client(), foo_definition(bogus=1)
    made["spec"]["bogus"] = 1
    complaints = 'strict decoding error: unknown field "spec.versions[0].bogus", unknown field "spec.bogus", unknown field "bogus"'
    refused = client.post(f"{CRDS}?fieldValidation=Strict", {**made, "bogus": 1})
    assert (refused.status, refused.message.endswith(complaints)) == (400, True)
    assert client.post(CRDS, {**made, "bogus": 1}).status == 201
    assert b"bogus" not in client.get(f"{CRDS}/foos.lab.io").raw


@pytest.mark.parametrize("schema", ["x", {"properties": {"s": "x"}}, {"minimum": "x"}, {"additionalProperties": 5}, {"required": [1]}])
def test_a_definition_with_a_value_of_another_type_is_refused(schema: Any) -> None:
    answer = Client().post(CRDS, foo_definition(schema={"openAPIV3Schema": schema}))
    assert (answer.status, answer.json["reason"]) == (400, "BadRequest")
