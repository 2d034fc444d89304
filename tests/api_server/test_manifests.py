"""Manifests: what is read from files and texts, and how a complaint names the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.api_server.face.manifests import ManifestError, read
from fakes.cli.command import run
from tests.api_server.client import Client


@pytest.fixture
def client() -> Client:
    return Client()


CONFIG_MAPS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
# nothing but a comment
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b}
data: {since: 2024-01-01T00:00:00Z}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: default
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: main
        image: web:1
"""


def test_a_manifest_of_several_documents_is_applied_in_order(client: Client) -> None:
    names = [made["metadata"]["name"] for made in client.api.apply(CONFIG_MAPS)]
    assert names == ["a", "b"]
    assert client.api.get("configmaps", "b")["data"] == {"since": "2024-01-01T00:00:00Z"}


def test_what_is_there_already_is_merged_into_and_what_is_the_same_is_left_alone(client: Client) -> None:
    client.api.apply(DEPLOYMENT)
    client.api.patch("deployments.apps", "web", {"metadata": {"labels": {"by": "somebody"}}})
    revision = client.api.revision
    (same,) = client.api.apply(DEPLOYMENT)
    assert client.api.revision == revision
    (changed,) = client.api.apply(DEPLOYMENT.replace("replicas: 1", "replicas: 3"))
    assert (changed["spec"]["replicas"], changed["metadata"]["labels"]) == (3, {"by": "somebody"})
    assert changed["metadata"]["uid"] == same["metadata"]["uid"]


def test_a_file_and_a_folder_are_read_by_name(client: Client, tmp_path: Path) -> None:
    (tmp_path / "2.yml").write_text(CONFIG_MAPS.replace("name: a", "name: later"))
    (tmp_path / "1.yaml").write_text(CONFIG_MAPS.replace("name: a", "name: first"))
    (tmp_path / "notes.txt").write_text("not: yaml: at all")
    assert [entry.document["metadata"]["name"] for entry in read(tmp_path)] == ["first", "b", "later", "b"]
    client.api.apply(str(tmp_path / "1.yaml"))
    assert client.api.get("configmaps", "first")


def test_json_and_lists_are_manifests_too(client: Client) -> None:
    client.api.apply(
        '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}]}'
    )
    client.api.apply({"apiVersion": "v1", "kind": "ConfigMapList", "items": [{"metadata": {"name": "b"}}]})
    assert [found["metadata"]["name"] for found in client.api.list("configmaps")] == ["a", "b"]


def test_objects_without_a_namespace_go_where_the_caller_says(client: Client) -> None:
    client.api.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}, namespace="kube-public")
    assert client.api.get("configmaps", "a", "kube-public")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("22:22", "22:22"),
        ("1_000", 1000),
        ("0644", 420),
        ("0x1f", 31),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("yes", True),
        ('"1"', "1"),
        ("~", None),
    ],
)
def test_values_are_what_the_tools_of_kubernetes_take_them_for(text: str, value: object) -> None:
    (entry,) = read(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\nvalue: {text}\n")
    assert entry.document["value"] == value
    assert type(entry.document["value"]) is type(value)


def test_keys_are_texts() -> None:
    (entry,) = read("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {1: a, true: b}\n")
    assert entry.document["data"] == {"1": "a", "true": "b"}


@pytest.fixture
def thousand_lines(tmp_path: Path) -> tuple[Path, str]:
    """A manifest with one bad field, and how a complaint about it begins."""
    documents = [DEPLOYMENT.replace("name: web", f"name: web-{number}") for number in range(70)]
    documents[60] = documents[60].replace("        image: web:1", "        image: web:1\n        imagePolicy: Always")
    path = tmp_path / "manifest.yaml"
    path.write_text("---\n".join(documents))
    line = path.read_text().splitlines().index("        imagePolicy: Always") + 1
    assert line > 900
    return path, f"{path}:{line}, document 61, Deployment default/web-60: "


BAD_FIELD = 'unknown field "spec.template.spec.containers[0].imagePolicy"'


@pytest.mark.parametrize("way", ["apply", "load_cluster"])
def test_one_bad_field_in_a_thousand_lines_is_named_with_file_line_document_and_object(
    client: Client, thousand_lines: tuple[Path, str], way: str
) -> None:
    path, start = thousand_lines
    with pytest.raises(ManifestError) as refusal:
        getattr(client.api, way)(path)
    assert refusal.value.message.startswith(start)
    assert BAD_FIELD in refusal.value.message


@pytest.mark.parametrize("option", ["--manifests", "--load"])
def test_one_bad_field_in_a_thousand_lines_that_are_to_be_served_is_said_in_a_line(
    capsys: pytest.CaptureFixture[str], thousand_lines: tuple[Path, str], option: str
) -> None:
    path, start = thousand_lines
    assert run(["serve", option, str(path)]) == 2
    output = capsys.readouterr()
    assert (output.out, output.err.count("\n")) == ("", 1)
    assert output.err.startswith(f"fake-kube: {start}")
    assert BAD_FIELD in output.err


def test_a_value_of_the_wrong_type_is_named_with_its_line(client: Client) -> None:
    with pytest.raises(ManifestError, match=r"manifest:7, document 1, Deployment default/web: .*spec\.replicas") as refusal:
        client.api.apply(DEPLOYMENT.replace("replicas: 1", "replicas: three"))
    assert refusal.value.code == 400


def test_a_cause_of_a_422_is_named_with_its_line(client: Client) -> None:
    bad = CONFIG_MAPS.replace("{name: b}", "\n  name: b\n  labels:\n    good: x\n    bad: 'a b'")
    with pytest.raises(ManifestError, match=r"manifest:11, document 3, ConfigMap b: .*metadata\.labels: Invalid value") as refusal:
        client.api.apply(bad)
    assert (refusal.value.code, refusal.value.reason) == (422, "Invalid")
    assert client.api.get("configmaps", "a"), "what came before is stored"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("apiVersion: v1\nkind: [\n", "manifest:3, document 1: "),
        ("- 1\n- 2\n", "manifest:1, document 1: an object is a mapping"),
        ("kind: Pod\nmetadata: {name: a}\n", "Pod a: apiVersion: Required value"),
        ("apiVersion: v1\nmetadata: {name: a}\n", "object without a kind a: kind: Required value"),
        ("apiVersion: v1\nkind: Pod\n", "Pod (without a name): metadata: Required value"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {labels: {}}\n", "metadata.name: Required value"),
        ("apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  name: b\n", "manifest:5, document 1: key 'name' is there twice"),
        ("apiVersion: v1\nkind: List\nitems:\n- kind: Pod\n", "manifest:4, document 1, item 1, Pod (without a name): apiVersion: Required"),
        ("apiVersion: lab.io/v1\nkind: Foo\nmetadata: {name: a}\n", "Foo a: the server has no kind 'Foo' in 'lab.io/v1'"),
    ],
)
def test_what_is_no_object_is_refused_with_its_place(client: Client, text: str, complaint: str) -> None:
    with pytest.raises(ManifestError) as refusal:
        client.api.apply(text)
    assert complaint in refusal.value.message


def test_a_file_that_does_not_exist_is_no_manifest() -> None:
    with pytest.raises(FileNotFoundError):
        read("nothing.yaml")


def test_a_folder_without_manifests_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"no file in this folder ends in \.yaml"):
        read(tmp_path)


def test_a_text_that_can_be_no_manifest_is_a_path(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "crds").mkdir()
    (tmp_path / "crds" / "a.yaml").write_text(CONFIG_MAPS)
    monkeypatch.chdir(tmp_path)
    assert [made["metadata"]["name"] for made in client.api.apply("crds")] == ["a", "b"]
    with pytest.raises(FileNotFoundError, match="nosuch"):
        client.api.apply("nosuch")
    assert client.api.apply("") == []


def test_what_is_no_manifest_at_all_is_said(client: Client) -> None:
    with pytest.raises(TypeError, match="a manifest is a path, a text, a dict or several, not 5"):
        client.api.apply(5)  # type: ignore[arg-type]
