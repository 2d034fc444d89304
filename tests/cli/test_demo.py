"""`informer demo`: a cluster where something happens, and what its informers make of it."""

from __future__ import annotations

import datetime
import io
import json
import re
import subprocess
import sys

import pytest

from fakes.simulation import SimulatedRuntime
from informer.cli.demo import Demo
from informer.cli.exit_codes import ExitCode
from tests.cli.terminal import Shown, Terminal
from tests.waiting import PATIENCE


def seconds_until(shown: Shown, line: str) -> float:
    """When the first line that contains this was shown, counted from the first line of all."""
    times = [line[:8] for line in shown.out.splitlines()]
    first, then = (
        datetime.datetime.strptime(text, "%H:%M:%S").replace(tzinfo=datetime.UTC)
        for text in (times[0], next(shown_line[:8] for shown_line in shown.out.splitlines() if line in shown_line))
    )
    return (then - first).total_seconds()


def test_a_node_joins_within_seconds(terminal: Terminal) -> None:
    shown = terminal.informer("demo", "--duration", "5")
    assert shown.lines[0].startswith("# demo     ")
    assert "Ctrl-C ends it" in shown.lines[0]
    assert seconds_until(shown, "+ ADDED    node/worker-3") <= 2
    assert (shown.code, shown.err) == (ExitCode.ENDED, "")


def test_with_real_threads_a_node_joins_and_nothing_else_is_written() -> None:
    program = "import sys, informer.cli; sys.argv[1:] = ['demo']; sys.exit(informer.cli.main())"
    command = [sys.executable, "-u", "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        joined = next(line for line in process.stdout if "+ ADDED    node/worker-3 " in line)
        process.terminate()
        out, err = process.communicate(timeout=PATIENCE)
    assert "\x1b" not in joined + out
    assert (process.returncode, err) == (ExitCode.ENDED, "")


def test_nodes_and_pods_come_change_and_go(terminal: Terminal) -> None:
    out = terminal.informer("demo", "--duration", "240").out
    for what in (
        "+ ADDED    node/",
        "~ UPDATED  node/",
        "- DELETED  node/",
        "+ ADDED    pod/shop/",
        "- DELETED  pod/shop/",
        "labels.disk: +",
        "status.conditions[Ready].status: True → Unknown",
        "status.conditions[Ready].status: Unknown → True",
        "spec.unschedulable: +true",
        "status.phase: Pending → Running",
        "metadata.deletionTimestamp: +",
        "restartCount: 0 → 1",
    ):
        assert what in out
    assert "!" not in out
    ending = set(re.findall(r"UPDATED  (pod/\S+) +metadata.deletionTimestamp: \+", out))
    assert len(ending) > 10
    assert len(ending - set(re.findall(r"DELETED  (pod/\S+)", out))) <= 2  # those that were about to go


def test_the_same_seed_tells_the_same_story_and_another_one_another(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*arguments: str) -> str:
        return Terminal(monkeypatch, capsys).informer("demo", "--duration", "30", *arguments).out

    assert told() == told("--seed", "1") != told("--seed", "2")


def test_every_fault_is_said_and_survived(terminal: Terminal) -> None:
    out = terminal.informer("demo", "--faults", "--duration", "45").out
    dropped, failing, compacted = (
        re.search(rf"# cluster  dropped every connection{what}\n", out)
        for what in (
            "",
            ", and answers 500 to the next 4 requests",
            r", compacted its history, deleted \S+ meanwhile",
        )
    )
    assert dropped
    assert failing
    assert compacted
    for resource in ("nodes  ", "pods   "):
        for stretch, sign in (
            (out[dropped.end() : failing.start()], r"back after 1 attempt in .*, nothing lost: resumed at version \d+\n"),
            (out[failing.end() : compacted.start()], r"back after \d attempts in .*, nothing lost: resumed at version \d+\n"),
            (out[compacted.end() :], r"back after 2 attempts in .*, nothing lost: the list found (\d+|no) changes?\n"),
        ):
            assert f"! {resource}  watch broken: " in stretch
            assert re.search(rf"✓ {resource}  {sign}", stretch)
    assert "cannot watch: etcdserver: leader changed" in out
    assert "watch expired: too old resource version" in out
    lost = re.search(r"deleted (\S+) meanwhile", out)
    assert lost
    assert re.search(rf"- DELETED  pod/shop/{lost[1]} +while the watch was broken", out)


@pytest.mark.parametrize("seed", range(3))
def test_after_all_its_faults_the_informers_know_what_the_cluster_has(seed: int) -> None:
    runtime = SimulatedRuntime(seed=seed)

    def main() -> None:
        demo = Demo(io.StringIO(), runtime, seed=seed, faults=True, format="line")
        demo.story.begin()
        for each in demo.followed:
            each.start()
        runtime.spawn(demo.story.tell, name="story")
        runtime.sleep(120)
        demo.ending.end()
        runtime.sleep(60)
        for each in demo.followed:
            there = {obj["metadata"]["name"]: obj["metadata"]["resourceVersion"] for obj in demo.api.list(each.resource)}
            assert {obj.name: obj.resource_version for obj in each.informer.lister} == there
            assert each.total().now == len(there) > 0
            assert each.total().relists > 0

    runtime.run(main)
    assert runtime.failures == ()


def test_on_a_terminal_of_100_columns_no_line_is_longer(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    class Tty(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.stdout", tty := Tty())
    terminal.informer("demo", "--faults", "--duration", "120")
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in tty.getvalue().splitlines()]
    assert len(lines) > 100
    assert [line for line in lines if len(line) > 100] == []


def test_as_json_each_line_says_its_resource(terminal: Terminal) -> None:
    said = [json.loads(line) for line in terminal.informer("demo", "--duration", "20", "-o", "json").out.splitlines()]
    assert {each["resource"] for each in said if each["type"] in ("ADDED", "UPDATED", "DELETED", "SYNCED")} == {"nodes", "pods"}
    assert said[0]["who"] == "demo"
    assert said[-1]["type"] == "SUMMARY"


def test_ctrl_c_ends_it_with_a_summary(terminal: Terminal) -> None:
    def interrupt() -> None:
        terminal.runtime.sleep(10)
        terminal.runtime.interrupt()

    shown = terminal.informer("demo", meanwhile=interrupt)
    assert shown.lines[-3] == "watched for 10.0 s"
    assert [line.split(":")[0] for line in shown.lines[-2:]] == ["  nodes", "  pods"]
    assert shown.code == ExitCode.ENDED
