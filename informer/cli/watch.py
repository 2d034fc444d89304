"""Watch: `informer watch`, after its options have been read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TextIO

from informer.cli.ending import Ending
from informer.cli.exit_codes import ExitCode, Fatal
from informer.cli.followed import Followed
from informer.cli.json_lines import JsonLines
from informer.cli.lines import Lines
from informer.cli.output import Output
from informer.cli.reports import Format
from informer.cluster import ClusterSource, default_namespace, load_api_client
from informer.errors import ConfigurationError
from informer.resource import ResourceName
from informer.runtime import Runtime
from informer.selectors import FieldSelector, LabelSelector, SelectorError

FormatName = Literal["line", "json"]


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """What `informer watch` was asked for. `namespace` None is the context's; `timeout` is in seconds, None for ever."""

    resource: str
    name: str | None = None
    namespace: str | None = None
    all_namespaces: bool = False
    selector: str = ""
    field_selector: str = ""
    kubeconfig: str | None = None
    context: str | None = None
    server: str | None = None
    timeout: float | None = None
    format: FormatName = "line"


def watch(options: WatchOptions, stream: TextIO, runtime: Runtime) -> ExitCode:
    """Show every change on `stream` until something ends it. Raises `Fatal`."""
    ending = Ending(runtime)
    output = Output(stream, format_named(options.format), runtime, ending.end_quietly)
    try:
        name = ResourceName.parse(options.resource)
        namespace = _namespace(options)
        client = load_api_client(options.kubeconfig, options.context, options.server)
        LabelSelector.parse(options.selector)
        fields = _fields(options)
        source = ClusterSource(client, name, namespace=namespace, label_selector=options.selector, field_selector=fields, runtime=runtime)
    except SelectorError as error:
        raise Fatal(ExitCode.USAGE, f"bad selector: {error}") from error
    except ConfigurationError as error:
        raise Fatal(ExitCode.USAGE, str(error)) from error
    follow = Followed(source, name=str(name), namespace=namespace, report=output.report, on_fatal=ending.fail, runtime=runtime)
    return ending.run([follow], report=output.report, timeout=options.timeout)


def format_named(name: FormatName, *, several: bool = False) -> Format:
    """The format that `-o` means."""
    return JsonLines() if name == "json" else Lines(several=several)


def _namespace(options: WatchOptions) -> str | None:
    """The namespace to look at, None for all: as kubectl decides it."""
    if options.all_namespaces:
        if options.namespace is not None:
            raise ConfigurationError("give either a namespace or all of them, -n or -A, not both")
        return None
    if options.namespace is not None:
        return options.namespace
    alone = options.server is not None and options.kubeconfig is None and options.context is None
    return "default" if alone else default_namespace(options.kubeconfig, options.context)


def _fields(options: WatchOptions) -> str:
    FieldSelector.parse(options.field_selector)
    return ",".join(
        [*([f"metadata.name={options.name}"] if options.name else []), *([options.field_selector] if options.field_selector else [])]
    )
