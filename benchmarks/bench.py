"""The informer beside its peers, in one run, as ratios: `nox -s bench`, or `python benchmarks/bench.py [PODS] [EVENTS]`.

Pods of about 6 KB come from another process (replay.py); each peer reads them in a process of its own (peers.py). More is better
everywhere: "times as fast", "times as small". The last columns compare with the limit, a bare socket and msgspec.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
OURS, OFFICIAL, LIMIT = "informer-kit", "kubernetes.informer", "the limit"
NAMES = [OURS, f"{OURS}, five fields", f"{OURS}, V1Pod", OFFICIAL, f"{OFFICIAL}, five fields", "kopf's core", LIMIT]

Figures = dict[str, float]


class Server:
    """The process that replays."""

    def __init__(self, pods: int, events: int) -> None:
        command = [sys.executable, str(HERE / "replay.py"), str(pods), str(events)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url, size = self._read().split()
        self.wire = int(size) / pods

    def tell(self, word: str) -> None:
        assert self._process.stdin is not None
        print(word, file=self._process.stdin, flush=True)
        self._read()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def measure(name: str, server: Server, pods: int, events: int) -> Figures:
    """Run one peer. Progress goes to standard error."""
    print(f"  {name} ...", file=sys.stderr, flush=True)
    server.tell("again")
    command = [sys.executable, str(HERE / "peers.py"), name, server.url, str(pods), str(events)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as peer:
        assert peer.stdout is not None
        synced = json.loads(peer.stdout.readline())
        server.tell("begin")
        done = json.loads(peer.stdout.readline())
        rest = peer.stdout.readline()
    figures = {"sync": synced["sync"], "bytes": synced["memory"] / pods, "rate": events / done["events"], "cpu": done["cpu"] / events}
    return {**figures, **(json.loads(rest) if rest else {})}


def import_time(statement: str) -> float:
    """Seconds that a fresh interpreter takes for it; the median of nine."""

    def start(code: str) -> float:
        timed = f"import time; t = time.perf_counter(); {code}; print(time.perf_counter() - t)"
        return float(subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True, check=True).stdout)

    start(statement)
    return statistics.median(start(statement) for _ in range(9))


def idle_memory(statement: str) -> float:
    code = f"{statement}; import gc, os; gc.collect(); print(int(open('/proc/self/statm').read().split()[1]) * os.sysconf('SC_PAGE_SIZE'))"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def report(results: dict[str, Figures], wire: float) -> None:
    ours, official, limit = results[OURS], results[OFFICIAL], results[LIMIT]
    print(f"\n{'':34}{'sync':>14}{'events':>14}{'CPU/event':>14}{'memory':>14}   (beside {OFFICIAL})")
    for name, each in results.items():
        beside = [
            official["sync"] / each["sync"],
            each["rate"] / official["rate"],
            official["cpu"] / each["cpu"],
            official["bytes"] / each["bytes"],
        ]
        print(f"{name:34}" + "".join(f"{ratio:13.1f}x" for ratio in beside))
    slower = limit["rate"] / ours["rate"]
    print(f"\n{OURS} beside the limit: sync takes {ours['sync'] / limit['sync']:.2f} times as long, each event {slower:.2f} times")
    print(f"a cached object takes {ours['bytes'] / wire:.2f} times its size on the wire ({OFFICIAL}: {official['bytes'] / wire:.2f})")
    five, theirs = results[f"{OURS}, five fields"], results[f"{OFFICIAL}, five fields"]
    print(f"a handler that reads five fields: {five['rate'] / theirs['rate']:.1f} times as many events per second")
    print(f"the same through V1Pod: {results[f'{OURS}, V1Pod']['rate'] / theirs['rate']:.1f} times")
    print(f"a label selector over the whole cache: {ours['selector'] / official['selector']:.1f} times as long as over model objects")


def main() -> None:
    pods, events = (int(number) for number in (sys.argv[1:] + ["10000", "20000"][len(sys.argv) - 1 :]))
    server = Server(pods, events)
    try:
        print(f"{pods} pods of {server.wire:.0f} bytes, {events} events")
        report({name: measure(name, server, pods, events) for name in NAMES}, server.wire)
    finally:
        server.close()
    client, kit = "import kubernetes.client", "from informer import SharedInformerFactory"
    print(f"import: {import_time(kit) / import_time(client):.2f} times the kubernetes client alone")
    used = "from informer import SharedInformerFactory; from kubernetes.client import *; c = ApiClient(); f = SharedInformerFactory(c)"
    theirs = (
        "from kubernetes.informer import *; from kubernetes.client import *; c = ApiClient(); i = SharedInformer(CoreV1Api(c).list_node)"
    )
    print(f"memory when idle: {idle_memory(used) / idle_memory(theirs):.2f} times an idle {OFFICIAL}")


if __name__ == "__main__":
    main()
