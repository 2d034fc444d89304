"""The command line: what `fake-kube` and its commands take, and what their help says."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import informer
from fakes.api_server.errors import StatusError
from fakes.cli.fault_option import FaultOption
from fakes.cli.serve import Options, serve
from fakes.controllers import CONTROLLERS
from informer.errors import InformerKitError

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _Controllers(click.ParamType):  # type: ignore[type-arg]  # generic only in some versions of click
    name = "NAMES"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> tuple[str, ...]:
        if not isinstance(value, str):
            return tuple(value)
        names = CONTROLLERS if value == "all" else tuple(name.strip() for name in value.split(","))
        if unknown := [name for name in names if name not in CONTROLLERS]:
            self.fail(f"there is no controller {unknown[0]!r}; there are {', '.join(CONTROLLERS)}, or all", parameter, context)
        return names


def run(arguments: Sequence[str]) -> int:
    """Do what `arguments` say. Gives the exit code; an error is one line on stderr."""
    logging.getLogger("fakes").addHandler(logging.NullHandler())
    try:
        code = group.main(list(arguments), prog_name="fake-kube", standalone_mode=False)
    except click.ClickException as error:
        context = error.ctx if isinstance(error, click.UsageError) else None
        said = error.format_message().rstrip(".")
        return _fail(f"{said}. See '{context.command_path if context else 'fake-kube'} --help'.", 2)
    except (InformerKitError, StatusError) as error:
        return _fail(error.message if isinstance(error, StatusError) else str(error), 2)
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error), 1)
    except (click.Abort, KeyboardInterrupt):
        return 130
    return int(code or 0)


def _fail(message: str, code: int) -> int:
    click.echo(f"fake-kube: {' '.join(message.split())}", err=True)
    return code


@click.group(context_settings=_SETTINGS, invoke_without_command=True)
@click.version_option(informer.__version__, prog_name="informer-kit")
@click.pass_context
def group(context: click.Context) -> None:
    """A Kubernetes API server in memory, for the tests of programs in any language."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@group.command("serve", short_help="Serve it until Ctrl-C.")
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="By default a free one.")
@click.option(
    "--kubeconfig", type=click.Path(dir_okay=False, path_type=Path), help="Write the kubeconfig to this file, instead of to stdout."
)
@click.option("--manifests", multiple=True, type=click.Path(exists=True, path_type=Path), help="Apply this file or folder. Repeatable.")
@click.option(
    "--load", multiple=True, type=click.Path(exists=True, path_type=Path), help="Put in what `kubectl get -A -o yaml` wrote. Repeatable."
)
@click.option("--controllers", type=_Controllers(), default=(), help=f"Run these beside it: all, or of {','.join(CONTROLLERS)}.")
@click.option("--tls", is_flag=True, help="Over HTTPS, with a client certificate: clients of client-go show no token without.")
@click.option("--rbac", is_flag=True, help="Who is not system:admin may do what Roles and bindings say.")
@click.option("--fault", "faults", multiple=True, type=FaultOption(), help="What goes wrong, once or TIMES times. Repeatable.")
@click.option("--watch-window", type=click.IntRange(1), help="A watch from before so many events of its resource answers 410.")
@click.option("--watch-buffer", type=click.IntRange(1), help="End a watch that has so many events waiting to be read.")
@click.option("--seed", type=int, help="Generated names and uids are the same for the same seed.")
@click.option("-v", "--verbose", is_flag=True, help="Show each request on stderr as it is answered.")
def _serve(**options: Any) -> int:
    """Serve a Kubernetes API server that is empty, or has what the manifests say, until Ctrl-C or SIGTERM.

    The kubeconfig for it goes to stdout, or to --kubeconfig; everything else to stderr.

    \b
    Examples:
      fake-kube serve --kubeconfig /tmp/fake.yaml --manifests crds/ --controllers all -v
      KUBECONFIG=/tmp/fake.yaml kubectl get nodes
      fake-kube serve --tls --fault verb=list,resource=pods,status=429,retry_after=1,times=3

    \b
    A fault of requests:  verb, resource, status, message, retry_after, body, times, after, disconnect, commit
    A fault of a watch:   action (end, break, tear, line, silence, error), resource, after, line, opening
    """
    return serve(Options(**options))
