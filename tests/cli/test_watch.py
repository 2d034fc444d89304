"""`informer watch`: what it shows, how it survives, how it ends."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fakes.api_server.faults import Fault, StreamFault
from fakes.api_server.messages import Request, Response
from informer.cli.exit_codes import ExitCode
from tests.cli.terminal import SERVER, Terminal


def after(terminal: Terminal, *steps: Callable[[], object], seconds: float = 1.0) -> Callable[[], None]:
    """The steps, one after another, with `seconds` before each."""

    def run() -> None:
        for step in steps:
            terminal.runtime.sleep(seconds)
            step()

    return run


class Answering:
    """A server that gives everybody the same answer."""

    def __init__(self, status: int, content_type: str, body: bytes) -> None:
        self._answer = Response(status, {"content-type": content_type}, body)

    def handle(self, request: Request) -> Response:
        return self._answer


class NotListening:
    def handle(self, request: Request) -> Response:
        raise ConnectionRefusedError(111, "Connection refused")


# What it shows


def test_it_shows_what_is_there_then_that_it_is_synced_then_each_change_and_at_the_end_a_summary(terminal: Terminal) -> None:
    terminal.create_node("node-1")
    terminal.create_node("node-2")
    changes = after(
        terminal,
        lambda: terminal.create_node("node-3"),
        lambda: terminal.api.patch("nodes", "node-1", {"spec": {"unschedulable": True}, "metadata": {"labels": {"zone": "x"}}}),
        lambda: terminal.api.delete("nodes", "node-2"),
    )
    shown = terminal.watch("nodes", meanwhile=changes)
    # The scheduler's taint of a cordoned node is the server's own doing, as far as this server has it.
    lines = [re.sub(r", spec.taints.*", "", line) for line in shown.lines]
    assert lines[:3] == [
        "· ADDED    node-1            NotReady",
        "· ADDED    node-2            NotReady",
        f"  synced   2 nodes at version {terminal.api.revision - 3} in 0.0 s",
    ]
    assert lines[3] == "+ ADDED    node-3            NotReady"
    assert lines[4].startswith("~ UPDATED  node-1            ")
    assert set(lines[4].removeprefix("~ UPDATED  node-1            ").split(", ")) == {"spec.unschedulable: +true", "labels.zone: +x"}
    assert lines[5:] == [
        "- DELETED  node-2",
        "watched for 10.0 s",
        "  nodes: 2 at the start, 1 added, 1 updated, 1 deleted, 2 now",
    ]
    assert (shown.code, shown.err) == (ExitCode.ENDED, "")


def test_each_line_begins_with_the_time_of_day(terminal: Terminal) -> None:
    terminal.create_node("node-1")
    assert re.match(r"\d\d:\d\d:\d\d · ADDED    node-1", terminal.watch("nodes").out)


def test_as_json_each_line_is_an_object(terminal: Terminal) -> None:
    terminal.create_node("node-1")
    changes = after(
        terminal,
        lambda: terminal.api.patch("nodes", "node-1", {"metadata": {"labels": {"zone": "x"}}}),
        lambda: terminal.api.disconnect(),
        lambda: terminal.api.delete("nodes", "node-1"),
    )
    shown = terminal.watch("nodes", "-o", "json", meanwhile=changes)
    said: list[dict[str, Any]] = [json.loads(line) for line in shown.out.splitlines()]
    assert [each["type"] for each in said] == ["ADDED", "SYNCED", "UPDATED", "TROUBLE", "BACK", "DELETED", "SUMMARY"]
    added, synced, updated, trouble, back, deleted, summary = said
    assert added.keys() == {"time", "type", "resource", "initial", "final_state_unknown", "key", "resource_version", "changed", "object"}
    assert (added["initial"], added["key"], added["changed"]) == (True, "node-1", [])
    assert added["time"] == "2024-01-01T00:00:00.000Z"
    assert added["object"]["kind"] == "Node"
    assert (synced["objects"], synced["resource_version"]) == (1, added["resource_version"])
    assert (updated["initial"], updated["changed"]) == (False, [{"path": "labels.zone", "new": "x"}])
    assert (trouble["phase"], trouble["error"], trouble["attempt"]) == ("watch", "Disconnected", 1)
    assert trouble["retry_in"] > 0
    assert (back["attempts"], back["found"]) == (1, None)
    assert deleted["final_state_unknown"] is False
    assert summary["totals"][0] | {"deleted": 1, "reconnects": 1} == summary["totals"][0]


def test_an_object_can_be_named_and_selected_by_labels_and_fields(terminal: Terminal) -> None:
    terminal.create_node("node-1", labels={"zone": "a"})
    terminal.create_node("node-2", labels={"zone": "b"})
    for arguments in (["node-2"], ["-l", "zone=b"], ["--field-selector", "metadata.name!=node-1"]):
        assert [line for line in terminal.watch("nodes", *arguments).lines if "ADDED" in line] == ["· ADDED    node-2            NotReady"]
    both = terminal.watch("nodes", "node-2", "--field-selector", "metadata.name!=node-2")
    assert both.lines[0].startswith("  synced   0 nodes")


def test_resources_may_be_named_by_short_name_kind_or_group(terminal: Terminal) -> None:
    terminal.create_node("node-1")
    for name in ("no", "Node", "nodes.v1"):
        assert "synced   1 node at version" in terminal.watch(name).out
    assert "synced   0 deployments in namespace default" in terminal.watch("deploy.apps").out


# Namespaces

KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: here
contexts: [{name: here, context: {cluster: here, user: me, namespace: shop}}, {name: there, context: {cluster: here, user: me}}]
clusters: [{name: here, cluster: {server: "http://cluster.test"}}]
users: [{name: me, user: {}}]
"""


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [
        ((), ["shop/cart"]),
        (("--context", "there"), ["default/web"]),
        (("-n", "default"), ["default/web"]),
        (("-A",), ["default/web", "shop/cart"]),
    ],
)
def test_the_namespace_is_that_of_the_context_or_the_one_named_or_all(
    terminal: Terminal, tmp_path: Path, arguments: tuple[str, ...], seen: list[str]
) -> None:
    terminal.create_pod("web", "default")
    terminal.create_pod("cart", "shop")
    file = tmp_path / "config"
    file.write_text(KUBECONFIG)
    shown = terminal.informer("watch", "pods", "--kubeconfig", str(file), "--timeout", "5", *arguments)
    assert [line.split()[2] for line in shown.lines if "ADDED" in line] == seen
    assert ("in namespace" in shown.out) is ("-A" not in arguments)


def test_cluster_scoped_resources_have_no_namespace(terminal: Terminal) -> None:
    terminal.create_node("node-1")
    assert "synced   1 node at version" in terminal.watch("nodes", "-n", "shop").out


# Trouble, once it runs


def test_a_broken_connection_is_said_and_survived(terminal: Terminal) -> None:
    shown = terminal.watch("nodes", meanwhile=after(terminal, terminal.api.disconnect, lambda: terminal.create_node("node-1"), seconds=3))
    trouble, back, added = shown.lines[1:4]
    assert re.fullmatch(r"! nodes    watch broken: .+; next try in 0\.\d s", trouble)
    assert "http" not in trouble
    assert re.fullmatch(r"✓ nodes    back after 1 attempt in 0\.\d s, nothing lost: resumed at version \d+", back)
    assert added.startswith("+ ADDED    node-1")
    assert shown.lines[-1].endswith("; 1 reconnect")
    assert shown.code == ExitCode.ENDED


def test_the_same_failure_again_is_said_once_and_another_one_is(terminal: Terminal) -> None:
    def break_it() -> None:
        terminal.api.inject(Fault(verb="watch", status=500, times=3, message="etcdserver: leader changed"))
        terminal.api.disconnect()

    shown = terminal.watch("nodes", "--timeout", "60", meanwhile=after(terminal, break_it))
    troubles = [line for line in shown.lines if line.startswith("!")]
    assert len(troubles) == 2
    assert troubles[1].startswith("! nodes    cannot watch: etcdserver: leader changed; next try in ")
    assert re.search(r"✓ nodes    back after 4 attempts in \d+\.\d s, nothing lost: resumed at version \d+\n", shown.out)


def test_after_a_compaction_it_says_what_a_relist_has_found(terminal: Terminal) -> None:
    terminal.create_node("node-1")
    terminal.create_node("node-2")

    def compact() -> None:
        terminal.api.disconnect()
        terminal.api.delete("nodes", "node-2")
        terminal.create_node("node-3")
        terminal.api.compact()

    shown = terminal.watch("nodes", meanwhile=after(terminal, compact))
    broken, expired, *found = shown.lines[3:8]
    [back] = [line for line in found if line.startswith("✓")]
    changes = [line for line in found if line is not back]
    assert broken.startswith("! nodes    watch broken: ")
    assert re.fullmatch(r"! nodes    watch expired: too old resource version: .+; listing again in \d\.\d s", expired)
    assert re.fullmatch(r"✓ nodes    back after 2 attempts in \d\.\d s, nothing lost: the list found 2 changes", back)
    assert changes == ["- DELETED  node-2            while the watch was broken", "+ ADDED    node-3            NotReady"]
    assert shown.lines[-1].endswith("; 2 reconnects, 1 relist")


def test_a_relist_that_finds_nothing_says_so(terminal: Terminal) -> None:
    shown = terminal.watch("nodes", meanwhile=after(terminal, lambda: terminal.api.inject(StreamFault("error"))))
    assert "nothing lost: the list found no change" in shown.out


def test_an_object_that_cannot_be_read_is_said(terminal: Terminal) -> None:
    line = b'{"type":"MODIFIED","object":{"kind":"Node","apiVersion":"v1","metadata":{"name":7,"resourceVersion":"99"}}}\n'
    shown = terminal.watch("nodes", meanwhile=after(terminal, lambda: terminal.api.inject_line(line)))
    assert "! nodes    cannot take in an object without a name: " in shown.out


def test_a_server_that_fails_at_first_is_waited_for(terminal: Terminal) -> None:
    terminal.create_node("node-1")
    terminal.api.inject(Fault(verb="list", status=503, times=2, message="storage is (re)initializing"))
    shown = terminal.watch("nodes")
    assert shown.lines[0].startswith("! nodes    cannot list: storage is (re)initializing; next try in ")
    assert "✓ nodes    connected after 2 attempts in " in shown.out
    assert "  synced   1 node at version " in shown.out
    assert shown.code == ExitCode.ENDED


def test_an_end_while_not_connected_has_a_code_of_its_own(terminal: Terminal) -> None:
    def break_it() -> None:
        terminal.api.inject(Fault(status=500, times=1000, message="on fire"))
        terminal.api.disconnect()

    shown = terminal.watch("nodes", meanwhile=after(terminal, break_it))
    assert shown.lines[-1] == "  nodes: not connected at the end: cannot watch: on fire"
    assert shown.code == ExitCode.NOT_CONNECTED


def test_what_would_have_ended_it_at_the_start_is_survived_later(terminal: Terminal) -> None:
    def forbid() -> None:
        terminal.api.inject(Fault("watch", status=403, message="nodes is forbidden"))
        terminal.api.inject(Fault("watch", status=401, after=1, message="Unauthorized"))
        terminal.api.disconnect()

    shown = terminal.watch("nodes", "--timeout", "20", meanwhile=after(terminal, forbid))
    assert "! nodes    cannot watch: nodes is forbidden; next try in " in shown.out
    assert "! nodes    cannot watch: Unauthorized; next try in " in shown.out
    assert "✓ nodes    back after 3 attempts in " in shown.out
    assert (shown.code, shown.err) == (ExitCode.ENDED, "")


# Trouble at the start


@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        (Fault(status=401, message="Unauthorized"), ExitCode.NOT_ALLOWED, "the credentials are refused: Unauthorized"),
        (Fault("list", "nodes", 403, message="nodes is forbidden"), ExitCode.NOT_ALLOWED, "not allowed: nodes is forbidden"),
        (Fault("watch", "nodes", 403, message="nodes is forbidden"), ExitCode.NOT_ALLOWED, "not allowed: nodes is forbidden"),
        (Fault("list", "nodes", 400, message="no such field"), ExitCode.USAGE, "the server refuses the request: no such field"),
    ],
)
def test_what_trying_again_cannot_help_ends_it_with_one_line(terminal: Terminal, fault: Fault, code: ExitCode, message: str) -> None:
    terminal.api.inject(fault)
    shown = terminal.watch("nodes")
    assert (shown.code, shown.err) == (code, f"informer: {message}\n")
    assert "watched for" not in shown.out


def test_a_resource_that_the_server_does_not_have_ends_it_with_close_matches(terminal: Terminal) -> None:
    shown = terminal.watch("nodez")
    assert shown.code == ExitCode.NO_SUCH_RESOURCE
    assert shown.err.startswith(f"informer: no resource 'nodez' on {SERVER}:80; did you mean 'nodes'")
    assert shown.err.count("\n") == 1


def test_a_resource_that_cannot_be_watched_ends_it(terminal: Terminal) -> None:
    shown = terminal.watch("bindings")
    assert shown.code == ExitCode.NO_SUCH_RESOURCE
    assert "cannot be listed and watched" in shown.err


def test_a_refused_connection_ends_it(terminal: Terminal) -> None:
    terminal.handler = NotListening()
    shown = terminal.watch("nodes")
    assert (shown.code, shown.out) == (ExitCode.UNREACHABLE, "")
    assert shown.err.startswith(f"informer: cannot reach {SERVER}:80: ")
    assert shown.err.count("\n") == 1


@pytest.mark.parametrize(
    "server",
    [
        Answering(404, "text/html", b"<html><title>404 Not Found</title></html>"),
        Answering(200, "text/html", b"<html>Welcome to nginx!</html>"),
        Answering(302, "text/html", b""),
        Answering(400, "text/plain", b"Client sent an HTTP request to an HTTPS server."),
    ],
)
def test_a_server_that_is_not_kubernetes_ends_it(terminal: Terminal, server: Answering) -> None:
    terminal.handler = server
    shown = terminal.watch("nodes")
    assert (shown.code, shown.out) == (ExitCode.NOT_KUBERNETES, "")
    assert shown.err.startswith(f"informer: {SERVER}:80 ") or "HTTPS server" in shown.err
    assert shown.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nodes", "-n", "a", "-A"), "give either a namespace or all of them, -n or -A, not both"),
        (("nodes", "-l", "a in ("), "bad selector: "),
        (("nodes", "--field-selector", "a"), "bad selector: "),
        (("no des",), "'no des' does not name a resource"),
        (("nodes", "--server", "cluster"), "'cluster' is not the URL of a server"),
        ((), "Missing argument 'RESOURCE'. See 'informer watch --help'."),
        (("nodes", "--timeout", "0"), "Invalid value for '--timeout'"),
        (("nodes", "-o", "yaml"), "Invalid value for '-o'"),
        (("nodes", "--wat"), "No such option"),
    ],
)
def test_bad_options_end_it_with_one_line(terminal: Terminal, arguments: tuple[str, ...], message: str) -> None:
    shown = terminal.watch(*arguments)
    assert (shown.code, shown.out) == (ExitCode.USAGE, "")
    assert shown.err.startswith(f"informer: {message}")
    assert shown.err.count("\n") == 1


def test_a_bad_kubeconfig_ends_it_with_one_line(monkeypatch: pytest.MonkeyPatch, terminal: Terminal, tmp_path: Path) -> None:
    monkeypatch.undo()  # the real loader
    file = tmp_path / "config"
    file.write_text(KUBECONFIG)
    missing = terminal.informer("watch", "nodes", "--kubeconfig", str(tmp_path / "none"))
    unknown = terminal.informer("watch", "nodes", "--kubeconfig", str(file), "--context", "nowhere")
    for shown, message in ((missing, "does not exist"), (unknown, "no context 'nowhere'")):
        assert (shown.code, shown.out) == (ExitCode.USAGE, "")
        assert message in shown.err
        assert shown.err.count("\n") == 1


# The end


def test_ctrl_c_ends_it_cleanly_with_a_summary(terminal: Terminal) -> None:
    shown = terminal.informer("watch", "nodes", "--server", SERVER, meanwhile=after(terminal, terminal.runtime.interrupt, seconds=3))
    assert shown.lines[1:] == ["watched for 3.0 s", "  nodes: 0 at the start, 0 added, 0 updated, 0 deleted, 0 now"]
    assert (shown.code, shown.err) == (ExitCode.ENDED, "")


def test_ctrl_c_before_it_is_connected_ends_it_as_well(terminal: Terminal) -> None:
    terminal.api.inject(Fault(status=503, times=1000, message="not yet"))
    shown = terminal.informer("watch", "nodes", "--server", SERVER, meanwhile=after(terminal, terminal.runtime.interrupt, seconds=3))
    assert shown.lines[-1] == "  nodes: not connected at the end: cannot list: not yet"
    assert shown.code == ExitCode.NOT_CONNECTED


def test_a_pipe_that_nobody_reads_any_more_ends_it_quietly(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    class ClosedPipe(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    terminal.create_node("node-1")
    monkeypatch.setattr("sys.stdout", ClosedPipe())
    shown = terminal.informer("watch", "nodes", "--server", SERVER)
    assert (shown.code, shown.err) == (ExitCode.ENDED, "")
    assert terminal.runtime.monotonic() < 1
