"""Play: a sequence of steps on one server, made to fit what the server has answered so far."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from e2e.drawn import waits
from e2e.drawn.bodies import Bodies
from e2e.drawn.memory import Memory
from e2e.drawn.places import place_of
from e2e.drawn.step import DEFINITIONS, DRAWN, PROTOBUF, YAML, Step
from fakes.api_server.wire import protobuf, yaml_form
from tests.conformance.definitions import config_map
from tests.conformance.frames import without_empty
from tests.conformance.session import MERGE, Answer, Session, Watch

Due = tuple[int, bool]
"""How many events a watch brings, and whether it ends."""
_NAMES = ("a", "b")
_QUIET = 0.1
_GRACE = 4.0
"""Seconds after a namespace's deletion in which a real controller surely does nothing about it; it lets five pass."""
_SECOND = 1.1


@dataclass(frozen=True)
class _Open:
    """An open watch, and which it is of those of the sequence."""

    number: int
    watch: Watch
    resource: str


_ORPHANING = ("jobs", "replicationcontrollers")
"""Whose dependents are orphaned unless a deletion says otherwise: the garbage collector has a finalizer to take away."""


class TooSlow(Exception):
    """A sequence took so long that a controller of the real server may have come to what was to happen later."""


@dataclass
class Play:
    """One sequence on one server. `due` is what each watch brought on the other server; `settle` lets controllers work.

    `clock` tells seconds; the fake's stands still, as its controllers wait for `settle`.
    """

    session: Session
    due: list[Due] = field(default_factory=list)
    settle: Callable[[], None] = lambda: None
    clock: Callable[[], float] = lambda: 0.0
    told: dict[int, Due] = field(default_factory=dict)
    watches: list[_Open] = field(default_factory=list)
    outside: dict[str, None] = field(default_factory=dict)
    quiet_until: float | None = None

    def __post_init__(self) -> None:
        self.memory = Memory(self.session)
        self.bodies = Bodies(self.memory)

    def run(self, steps: list[Step]) -> Iterator[None]:
        """Yields for each compaction. Raises `TooSlow`."""
        for step in steps:
            match step.verb:
                case "compact":
                    self._listen(self.watches)
                    self.session.have(config_map(f"compaction-{len(self.session.exchanges)}"))
                    yield
                    for resource in ("foos", "pins"):
                        self.session.eventually(self.session.at(resource, namespace=""), 200)
                case "settle":
                    self._check_pace()
                    self.quiet_until = None
                    self.settle()
                    waits.namespaces(self.session, [f"{self.session.ns}-{name}" for name in _NAMES])
                case "pause":
                    self.session.door.pause(_SECOND)
                case "watch":
                    self._refresh(step)
                    number = len(self.told) + len(self.watches)
                    watch = self.session.watch(self.memory.place(step).path(), step.accept, **self._query(step))
                    self.watches.append(_Open(number, watch, step.resource))
                case _:
                    self._learn(step, self._ask(step))
        self._listen(self.watches)
        self._check_pace()

    def _check_pace(self) -> None:
        if self.quiet_until is not None and self.clock() > self.quiet_until:
            raise TooSlow

    def tidy(self) -> None:
        """Delete what lives outside of the session's namespace."""
        for path in self.outside:
            self.session.unseen("PATCH", path, {"metadata": {"finalizers": None}}, MERGE)
            self.session.unseen("DELETE", path)

    # What is asked

    def _ask(self, step: Step) -> Answer:
        path, query = self.memory.path(step), self._query(step)
        headers = {"Accept": step.accept}
        match step.verb:
            case "create":
                return self._send("POST", path, self.bodies.new(step), {**headers, "Content-Type": step.type}, query)
            case "put":
                return self._send("PUT", path, self.bodies.changed(step), {**headers, "Content-Type": step.type}, query)
            case "patch":
                return self._send("PATCH", path, self.bodies.patch(step), {**headers, "Content-Type": step.type}, query)
            case "delete" | "deletecollection":
                return self._send("DELETE", path, self.bodies.delete_options(step), headers, query)
            case _:
                self._refresh(step)
                return self._send("GET", path, None, headers, query)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str], query: dict[str, str]) -> Answer:
        """Ask, with the body in its media type. What is answered in another form than JSON is kept as what it says in JSON."""
        if isinstance(body, dict) and headers.get("Content-Type") == PROTOBUF:
            body = protobuf.encode(body)
        elif isinstance(body, dict) and headers.get("Content-Type") == YAML:
            body = yaml_form.encode(body)
        elif isinstance(body, dict):
            # as Go writes it: a controller revision's data may not change by a single byte, and a patch writes it anew
            body = json.dumps(body, separators=(",", ":")).encode()
        if body is None:
            headers = {name: value for name, value in headers.items() if name != "Content-Type"}
        answer = self.session.ask(method, path, body, headers, **query)
        exchange = self.session.exchanges[-1]
        kind = exchange.headers.get("content-type", "")
        if kind.startswith(PROTOBUF):
            exchange.body = json.dumps(without_empty(protobuf.decode(exchange.body, "", ""))).encode()
        elif kind.startswith(YAML):
            exchange.body = json.dumps(yaml_form.decode(exchange.body)).encode()
        return Answer(answer.status, exchange.body)

    def _query(self, step: Step) -> dict[str, str]:
        query = dict(step.query)
        if step.verb in ("list", "watch", "get") and step.version is not None:
            query["resourceVersion"] = self.memory.seen(step.version)
        if query.get("resourceVersion") == "none":
            del query["resourceVersion"]
        if query.get("continue") == "last":
            query["continue"] = self.memory.token
            if not self.memory.token:
                del query["continue"]
        if self.memory.place(step).wide and step.verb in ("list", "watch", "deletecollection"):
            mine = f"of={self.session.ns}"
            query["labelSelector"] = f"{query['labelSelector']},{mine}" if query.get("labelSelector") else mine
        return query

    def _refresh(self, step: Step) -> None:
        """Have the server's cache catch up: from it come answers that may be of any age."""
        self.session.unseen("GET", self.memory.place(step).path(), labelSelector="of=nobody")

    # What is learned

    def _learn(self, step: Step, answer: Answer) -> None:
        metadata = _metadata(answer)
        self.memory.token = metadata.get("continue") or self.memory.token
        version = metadata.get("resourceVersion", "")
        kind = answer.json["kind"] if metadata else ""
        # when a server begins to read a definition's objects is chance, and with it whether they can be watched from a version of its own
        if version and version not in self.memory.versions and not kind.endswith("List") and step.resource != DEFINITIONS:
            self.memory.versions.append(version)
        if step.verb == "create" and metadata.get("generateName"):
            self.session.hide(metadata["name"], f"GENERATED{metadata['generateName']}")
        if step.verb in ("create", "put", "patch") and not self.memory.place(step).namespaced:
            self.outside[self.memory.place(step).path(metadata.get("name") or self.memory.name(step))] = None
        for address in answer.json.get("spec", {}).get("clusterIPs", ()) if kind == "Service" else ():
            self.session.hide(address, "ADDRESS")
        self._wait(step, answer)

    def _wait(self, step: Step, answer: Answer) -> None:
        """Wait for what comes of a write."""
        if answer.status >= 300 or ("dryRun", "All") in step.query or step.verb in ("get", "list"):
            return
        if step.resource == DEFINITIONS and not step.subresource:
            self._wait_for_definition(step, answer)
        deleting = step.verb in ("delete", "deletecollection")
        if deleting and step.resource == "namespaces" and self.quiet_until is None:
            self.quiet_until = self.clock() + _GRACE
        said = dict(step.query) | (step.body if deleting and step.body else {})
        asked = said.get("propagationPolicy") in ("Foreground", "Orphan") or bool(said.get("orphanDependents"))
        self.memory.owned = self.memory.owned or asked
        places = [self.session.at("configmaps")] if self.memory.owned else []
        if deleting and step.resource in _ORPHANING:
            places.append(self.session.at(step.resource))
        waits.collection(self.session, places)

    def _wait_for_definition(self, step: Step, answer: Answer) -> None:
        before = self.memory.definition
        if step.verb == "delete":
            waits.gone(self.session, self.memory.path(step))
            waits.definition(self.session, dict.fromkeys(self._collections(before), False), "")
            self.memory.definition = {}
        else:
            self.memory.definition = answer.json
            served = dict.fromkeys(self._collections(before), False) | self._collections(self.memory.definition)
            waits.definition(self.session, served, self.memory.definition["spec"]["versions"][0]["additionalPrinterColumns"][-1]["name"])
            waits.established(self.session, f"{self.session.at(DEFINITIONS)}/{self.memory.definition['metadata']['name']}")
        if step.verb == "delete" or (before and before["spec"] != self.memory.definition["spec"]):
            self._listen([each for each in self.watches if each.resource == DRAWN])

    def _collections(self, document: dict[str, Any]) -> dict[str, bool]:
        """The paths of the versions that a definition has, and whether each is served."""
        if not document:
            return {}
        namespaced = document["spec"]["scope"] != "Cluster"
        return {
            place_of(self.session, Step("list", DRAWN, served=version["name"]), drawn_is_namespaced=namespaced).path(): version["served"]
            for version in document["spec"]["versions"]
        }

    # Watches

    def _listen(self, those: list[_Open]) -> None:
        """Read these watches to where nothing more comes, and hang up."""
        for each in those:
            if each.number < len(self.due):
                each.watch.gather(*self.due[each.number])
        if those:
            self.session.door.pause(_QUIET)
        for each in those:
            each.watch.lull()
            self.told[each.number] = each.watch.without(_is_of_the_rhythm)
        self.watches = [each for each in self.watches if each.number not in self.told]


def _is_of_the_rhythm(line: bytes) -> bool:
    """Whether an event is a bookmark that a server sends in its own time, and perhaps a first time at once."""
    return b'"type":"BOOKMARK"' in line and b"k8s.io/initial-events-end" not in line


def _metadata(answer: Answer) -> dict[str, Any]:
    """That of an answer; of a table that shows one object, that object's."""
    try:
        content = answer.json
        rows: Any = content.get("rows") or ()
        own: dict[str, Any] = rows[0]["object"]["metadata"] if len(rows) == 1 and answer.status in (200, 201) else content["metadata"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    return own
