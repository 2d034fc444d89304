"""The command line of `fake-kube`: what it takes, and what it says of what it does not take."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from fakes.api_server.faults import Fault, StreamFault
from fakes.cli import main
from fakes.cli.command import run
from fakes.cli.fault_option import FaultOption, describe
from informer.errors import ConfigurationError

FAULTS: dict[str, Fault | StreamFault] = {
    "verb=list,resource=pods,status=429,retry_after=1,times=3": Fault("list", "pods", 429, times=3, retry_after=1),
    "status=500,after=2,message=no luck": Fault(status=500, after=2, message="no luck"),
    "disconnect,commit,verb=create": Fault("create", disconnect=True, commit=True),
    "body=what?,status=200": Fault(status=200, body=b"what?"),
    "action=break,resource=pods,after=5": StreamFault("break", "pods", after=5, opening=1),
    "action=line,line=nonsense,opening=3": StreamFault("line", line=b"nonsense", opening=3),
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_written_in_words(text: str) -> None:
    assert FaultOption().convert(text, None, None) == FAULTS[text]
    assert FaultOption().convert(describe(FAULTS[text]), None, None) == FAULTS[text], "and said in the same ones"


def test_a_fault_is_told_with_the_status_that_it_answers() -> None:
    assert describe(Fault("list")) == "verb=list,status=500"
    assert describe(Fault("list", disconnect=True)) == "verb=list,disconnect"


def test_the_watch_cache_has_bounds_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def refuse(**options: Any) -> None:
        seen.update(options)
        raise ConfigurationError("enough")

    monkeypatch.setattr("fakes.cli.serve.FakeAPIServer", refuse)
    assert run(["serve", "--watch-window", "100", "--watch-buffer", "20", "--rbac"]) == 2
    del seen["runtime"]
    assert seen == {"rbac": True, "watch_window": 100, "watch_buffer": 20}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--fault", "verb"], "'verb' is no NAME=VALUE. See 'fake-kube serve --help'."),
        (["--fault", "status=many"], "status is a number, not 'many'"),
        (["--fault", "action=explode"], "action is one of end, break, tear, line, silence, error, not 'explode'"),
        (["--fault", "verb=lists"], "no request has the verb 'lists'; those for resources have get, list, watch"),
        (["--fault", "resource=pod"], "'pod' is 'pods' here"),
        (["--fault", "verb=list,opening=1"], "'opening' is none of verb, resource, status"),
        (
            ["--controllers", "kubelet,cubelet"],
            "there is no controller 'cubelet'; there are garbage-collector, namespaces, service-accounts, replicas, kubelet, or all",
        ),
        (["--port", "70000"], "70000 is not in the range"),
        (["--manifests", "nothing.yaml"], "'nothing.yaml' does not exist"),
        (["--host", "192.0.2.1"], "'192.0.2.1' is not a loopback address"),
        (["--nonsense"], "No such option"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str) -> None:
    assert run(["serve", *arguments]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert output.err.startswith("fake-kube: ")
    assert complaint in output.err


def test_a_bad_manifest_is_said_with_its_place(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: c, image: i, bogus: 1}\n")
    assert run(["serve", "--manifests", str(path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"fake-kube: {path}:6, document 1, Pod a: ")
    assert 'unknown field "spec.containers[0].bogus"' in error


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    from fakes import FakeAPIServer

    with FakeAPIServer() as api, api.serve() as server:
        assert run(["serve", "--port", server.url.rpartition(":")[2]]) == 1
    assert "fake-kube: " in capsys.readouterr().err


def test_the_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "fake-kube serve --kubeconfig /tmp/fake.yaml --manifests crds/ --controllers all -v" in shown
    assert run([]) == 0
    assert "serve" in capsys.readouterr().out


def test_without_click_the_command_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for module in [name for name in sys.modules if name.partition(".")[0] == "click" or name.startswith("fakes.cli.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "click", None)
    assert main() == 2
    assert "the command needs click: pip install 'informer-kit[cli,fakes]'" in capsys.readouterr().err
