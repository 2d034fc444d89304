"""The command line: what `informer` and its commands take, and what their help says."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from typing import Any

import click
import urllib3

import informer
from informer.cli.exit_codes import ExitCode, Fatal
from informer.cli.watch import FormatName, WatchOptions, watch
from informer.runtime import current_runtime

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_CODES = "Exit codes:\n\n\b\n" + "\n".join(f"{code.value:>3}  {code.meaning}" for code in ExitCode)

_format = click.option(
    "-o", "--output", "format", type=click.Choice(["line", "json"]), default="line", help="A line for people, or a JSON object, per event."
)


def run(arguments: Sequence[str]) -> int:
    """Do what `arguments` say. Gives the exit code; an error is one line on stderr."""
    logging.getLogger("informer").addHandler(logging.NullHandler())  # what they log is shown as it happens
    logging.getLogger("fakes").addHandler(logging.NullHandler())
    urllib3.disable_warnings()  # who wrote insecure-skip-tls-verify into their kubeconfig knows it
    try:
        code = group.main(list(arguments), prog_name="informer", standalone_mode=False)
    except click.ClickException as error:
        context = error.ctx if isinstance(error, click.UsageError) else None
        click.echo(f"informer: {error.format_message()} See '{context.command_path if context else 'informer'} --help'.", err=True)
        return ExitCode.USAGE
    except Fatal as error:
        click.echo(f"informer: {error}", err=True)
        return error.code
    except (click.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    return int(code or 0)


@click.group(context_settings=_SETTINGS, invoke_without_command=True)
@click.version_option(informer.__version__, prog_name="informer-kit")
@click.pass_context
def group(context: click.Context) -> None:
    """Watch a Kubernetes cluster with an informer, and see what it sees."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@group.command("watch", epilog=_CODES, short_help="Show each change of a resource.")
@click.argument("resource")
@click.argument("name", required=False)
@click.option("-n", "--namespace", help="The namespace; by default that of the context.")
@click.option("-A", "--all-namespaces", is_flag=True, help="All namespaces.")
@click.option("-l", "--selector", default="", help="Only objects with these labels: app=shop,tier!=db")
@click.option("--field-selector", default="", help="Only objects with these fields: spec.nodeName=node-1")
@click.option("--kubeconfig", type=click.Path(), help="This file; by default $KUBECONFIG, ~/.kube/config, or the pod's own cluster.")
@click.option("--context", help="This context of the kubeconfig; by default its current one.")
@click.option("--server", metavar="URL", help="This API server; without --kubeconfig and --context no kubeconfig is read.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="End after so long; by default never.")
@_format
def _watch(**options: Any) -> int:
    """Show each change of RESOURCE, or of its object NAME, as an informer sees it.

    RESOURCE is what kubectl takes: nodes, po, deployments.apps, widgets.example.com. First come the objects that are there,
    marked "·", then each change with what changed. A connection that breaks is said ("!") and survived; Ctrl-C ends it
    with a summary.

    \b
    Examples:
      informer watch nodes
      informer watch pods -n shop -l app=cart
      informer watch deployments.apps -A -o json --timeout 60

    Troubles end it only until the first watch is open; later ones are shown while it tries again.
    """
    return watch(WatchOptions(**options), sys.stdout, current_runtime())


@group.command("demo", epilog=_CODES, short_help="Show a cluster that exists only in this process.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, another story.")
@click.option("--faults", is_flag=True, help="Break connections, answer 500, compact the history; and see it survive.")
@click.option("--duration", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="End after so long; by default never.")
@_format
def _demo(seed: int, faults: bool, duration: float | None, format: FormatName) -> int:
    """Show nodes and pods that come, change and go, in a cluster that exists only in this process.

    \b
    Examples:
      informer demo
      informer demo --faults --duration 40
    """
    try:
        from informer.cli.demo import demo
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing == "informer":
            raise
        raise Fatal(ExitCode.USAGE, f"the demo needs {missing}: pip install 'informer-kit[cli,fakes]'") from error
    return demo(sys.stdout, current_runtime(), seed=seed, faults=faults, duration=duration, format=format)
