"""Serve: `fake-kube serve`, from the manifests to Ctrl-C."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from fakes.api_server.faults import Fault, StreamFault
from fakes.cli.fault_option import describe
from fakes.cli.request_lines import RequestLines
from fakes.fake_api_server import FakeAPIServer
from fakes.transport.kubeconfig import write_kubeconfig
from informer.runtime import ThreadRuntime


@dataclass(frozen=True, slots=True)
class Options:
    """What the command was told."""

    host: str
    port: int
    kubeconfig: Path | None
    manifests: tuple[Path, ...]
    load: tuple[Path, ...]
    controllers: tuple[str, ...]
    tls: bool
    rbac: bool
    faults: tuple[Fault | StreamFault, ...]
    watch_window: int | None
    watch_buffer: int | None
    seed: int | None
    verbose: bool


def serve(options: Options) -> int:
    """Serve until SIGINT or SIGTERM; gives the exit code. Raises what is wrong with the options, before anything is served."""
    runtime = ThreadRuntime(options.seed)
    ended = runtime.condition("serve")
    over = False

    def end() -> None:
        nonlocal over
        with ended:
            over = True
            ended.notify_all()

    with ExitStack() as stack:
        stack.callback(runtime.on_interrupt(end))
        api = stack.enter_context(_server(options, runtime))
        count = sum(len(api.load_cluster(path)) for path in options.load)
        count += sum(len(api.apply(path, manager="kubectl")) for path in options.manifests)
        api.start_controllers(options.controllers)
        for fault in options.faults:
            api.inject(fault)
        door = RequestLines(api, runtime, _say) if options.verbose else None
        server = stack.enter_context(api.serve(host=options.host, port=options.port, tls=options.tls, through=door))
        text = server.kubeconfig.read_text()
        if options.kubeconfig is not None:
            write_kubeconfig(options.kubeconfig, text)
        _announce(options, server.url, count)
        if options.kubeconfig is None:
            click.echo(text, nl=False)
        with ended:
            while not over:
                ended.wait()
    _say(f"ended after {len(api.requests)} requests")
    return 0


def _server(options: Options, runtime: ThreadRuntime) -> FakeAPIServer:
    return FakeAPIServer(runtime=runtime, rbac=options.rbac, watch_window=options.watch_window, watch_buffer=options.watch_buffer)


def _announce(options: Options, url: str, count: int) -> None:
    beside = f", with {', '.join(options.controllers)}" if options.controllers else ""
    _say(f"serving {url} until Ctrl-C, {count} objects{beside}")
    for fault in options.faults:
        _say(f"fault: {describe(fault)}")
    if options.kubeconfig is not None:
        _say(f"kubeconfig: {options.kubeconfig}")


def _say(line: str) -> None:
    click.echo(f"fake-kube: {line}" if not line[:2].isdecimal() else line, err=True)
