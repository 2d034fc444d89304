"""Lines: reports for people, one line each: the time, what kind of thing happened, to what, and what changed."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from rich.text import Text

from informer.cli.about import about
from informer.cli.changes import find_changes, summarize
from informer.cli.exit_codes import message_of
from informer.cli.reports import Back, Happened, Report, Said, Summary, Synced, Total, Trouble
from informer.errors import Expired, StreamEnded
from informer.handlers import Added, Deleted, Event, Updated
from informer.objects import KubeObject

NAME_WIDTH = (16, 44)  # the column of names grows with them, from and to; it begins wider where names begin with their kind

_BROKE = re.compile(r"^the connection to \S+ broke: ")  # the line says so itself


class Lines:
    """The format `line`, in local time. `several`: more than one resource is shown, so each line says which."""

    def __init__(self, *, several: bool = False) -> None:
        self._several = several
        self._name_width = NAME_WIDTH[0] + (6 if several else 0)

    def render(self, at: datetime.datetime, report: Report, width: int | None) -> Sequence[Text]:
        if isinstance(report, Summary):
            return self._summary(report)
        time = Text.assemble((f"{at.astimezone():%H:%M:%S} ", "dim"))
        match report:
            case Happened():
                line = time + self._event(report, width)
                if width is not None:
                    line.truncate(width, overflow="ellipsis")
                return [line]
            case Synced():
                version = f" at version {report.resource_version}" if report.resource_version else ""
                return [time.append(f"  synced   {report.what}{version} in {report.seconds:.1f} s", "bold")]
            case Trouble():
                return [time.append(f"! {report.resource:<7}  {trouble_in_words(report)}", "yellow")]
            case Back():
                return [time.append(f"✓ {report.resource:<7}  {back_in_words(report)}", "green")]
            case Said():
                return [time.append(f"# {report.who:<7}  {report.text}", "magenta")]

    def _event(self, report: Happened, width: int | None) -> Text:
        event = report.event
        name = (f"{event.object.kind.lower()}/" if self._several else "") + str(event.key)
        self._name_width = min(max(self._name_width, len(name)), NAME_WIDTH[1])
        mark, word, style = _mark(event)
        line = Text.assemble((f"{mark} {word:<7}  ", style), f"{name:<{self._name_width}}")
        room = None if width is None else width - len(line) - len("12:00:00   ")
        line.append(f"  {_details(event, room)}", "dim" if mark == "·" else None)
        line.rstrip()
        return line

    def _summary(self, report: Summary) -> list[Text]:
        lines = [Text(), Text(f"watched for {_duration(report.seconds)}", style="bold")]  # the empty line is where the terminal put ^C
        for total in report.totals:
            lines.append(Text(f"  {total_in_words(total)}"))
            if not total.connected:
                why = f": {_failure_in_words(total.trouble)}" if total.trouble else ""
                lines.append(Text(f"  {total.resource}: not connected at the end{why}", style="yellow"))
        return lines


def trouble_in_words(trouble: Trouble) -> str:
    """`watch broken: connection reset by peer; next try in 0.6 s`."""
    failure, said = trouble.failure, _failure_in_words(trouble)
    if failure.delay is None:
        return said
    return f"{said}; {'listing again' if isinstance(failure.error, Expired) else 'next try'} in {failure.delay:.1f} s"


def _failure_in_words(trouble: Trouble) -> str:
    failure = trouble.failure
    message = _BROKE.sub("", message_of(failure.error))
    match failure.phase:
        case "list":
            return f"cannot list: {message}"
        case "watch" if isinstance(failure.error, Expired):
            return f"watch expired: {message}"
        case "watch" if isinstance(failure.error, StreamEnded):
            return f"watch ended at once: {message}"
        case "watch":
            return f"watch broken: {message}" if trouble.broken else f"cannot watch: {message}"
        case "object":
            return f"cannot take in {failure.key or 'an object without a name'}: {message}"
        case _:
            return f"cannot show {failure.key}: {type(failure.error).__name__}: {message}"


def back_in_words(back: Back) -> str:
    """`back after 2 attempts in 1.9 s, nothing lost: the list found 1 change`."""
    how_long = f"after {_count(back.attempts, 'attempt')} in {back.seconds:.1f} s"
    if back.first:
        return f"connected {how_long}"
    if back.found is None:
        return f"back {how_long}, nothing lost: resumed at version {back.resource_version}"
    return f"back {how_long}, nothing lost: the list found {_count(back.found, 'change') if back.found else 'no change'}"


def total_in_words(total: Total) -> str:
    """`nodes: 3 at the start, 2 added, 4 updated, 1 deleted, 4 now; 2 reconnects, 1 relist`."""
    changes = f"{total.added} added, {total.updated} updated, {total.deleted} deleted"
    again = ", ".join(_count(times, noun) for times, noun in ((total.reconnects, "reconnect"), (total.relists, "relist")) if times)
    return f"{total.resource}: {total.at_start} at the start, {changes}, {total.now} now" + (f"; {again}" if again else "")


def _mark(event: Event[KubeObject]) -> tuple[str, str, str]:
    match event:
        case Added(initial=True):
            return "·", "ADDED", "dim"
        case Added():
            return "+", "ADDED", "green"
        case Updated():
            return "~", "UPDATED", "cyan"
        case Deleted():
            return "-", "DELETED", "red"


def _details(event: Event[KubeObject], room: int | None) -> str:
    match event:
        case Added():
            return about(event.object)
        case Updated():
            return summarize(find_changes(event.old.to_dict(), event.new.to_dict()), width=room)
        case Deleted():
            return "while the watch was broken" if event.final_state_unknown else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
