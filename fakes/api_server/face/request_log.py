"""RequestLog: the requests that a server has had, as a list that a test can narrow down, compare and make claims about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fakes.api_server.kinds import check_plural, names_resource
from fakes.api_server.requests import RequestRecord, check_verb

_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What a request must be like. None says nothing."""

    verb: str | Iterable[str] | None = None
    resource: str | None = None
    namespace: str | None = None
    name: str | None = None
    subresource: str | None = None
    status: int | None = None
    user: str | None = None
    user_agent: str | None = None
    path: str | None = None
    query: Mapping[str, str] | None = None
    body: Any = None

    def differences(self, record: RequestRecord) -> list[str]:
        """The names of those that do not fit."""
        verbs = (self.verb,) if isinstance(self.verb, str) else self.verb
        fits = {
            "verb": verbs is None or record.verb in verbs,
            "resource": names_resource(self.resource, record.resource),
            "user_agent": record.user_agent.startswith(self.user_agent or ""),
            "path": record.path.startswith(self.path or ""),
            "query": self.query is None or self.query.items() <= record.query.items(),
            "body": self.body is None or _holds(record.document, self.body),
            **{field: getattr(self, field) in (None, getattr(record, field)) for field in _EXACT},
        }
        return [field for field, fit in fits.items() if not fit]

    def __str__(self) -> str:
        given = ((field, getattr(self, field)) for field in self.__dataclass_fields__)
        return ", ".join(f"{field}={value!r}" for field, value in given if value is not None) or "anything"


_EXACT = ("namespace", "name", "subresource", "status", "user")


class RequestLog(list[RequestRecord]):
    """The requests in the order of their answers. An ordinary list, with a few questions and claims that tests have.

    `assert api.requests.where(resource="pods").verbs == ["list", "watch"]`
    `api.requests.where(verb="patch", resource="pods", name="web-1", body={"metadata": {"labels": {"zone": "a"}}}).assert_times(1)`
    """

    def __init__(self, records: Iterable[RequestRecord] = ()) -> None:
        super().__init__(records)
        self._wanted = _Wanted()
        self._among: RequestLog = self

    def where(
        self,
        *,
        verb: str | Iterable[str] | None = None,
        resource: str | None = None,
        namespace: str | None = None,
        name: str | None = None,
        subresource: str | None = None,
        status: int | None = None,
        user: str | None = None,
        user_agent: str | None = None,
        path: str | None = None,
        query: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> RequestLog:
        """Those of which all of this is true; None says nothing.

        `verb` may be several. `resource` is `pods` or `deployments.apps`, or `deployments` for that of any group; `subresource` is empty
        for the object itself. `user_agent` and `path` are what theirs begin with. `query` are parameters that they have, and `body` is what
        the JSON that they sent must hold: of mappings the keys that are named, everything else as it is. Raises `ConfigurationError` for a
        verb that no request has, and for another word for a resource.
        """
        for each in (verb,) if isinstance(verb, str) else (verb := tuple(verb or ())):
            check_verb(each)
        check_plural(resource)
        wanted = _Wanted(
            verb=verb or None,
            resource=resource,
            namespace=namespace,
            name=name,
            subresource=subresource,
            status=status,
            user=user,
            user_agent=user_agent,
            path=path,
            query=query,
            body=body,
        )
        found = RequestLog(record for record in self if not wanted.differences(record))
        found._wanted, found._among = wanted, self
        return found

    def assert_any(self) -> None:
        """Fail where there is none, with the requests that came nearest to what `where` asked for, and what differs."""
        if not self:
            raise AssertionError(self._complaint("a request"))

    def assert_none(self) -> None:
        """Fail where there is one, with those that there are."""
        if self:
            raise AssertionError(self._complaint("no request"))

    def assert_times(self, times: int) -> None:
        """Fail unless there are exactly so many; with those that there are, or else as `assert_any`."""
        if len(self) != times:
            raise AssertionError(self._complaint(f"{times} request{'' if times == 1 else 's'}"))

    @property
    def writes(self) -> RequestLog:
        """Those that would change something."""
        return self.where(verb=("create", "update", "patch", "delete", "deletecollection"))

    @property
    def verbs(self) -> list[str]:
        """What each one wanted: `["list", "watch"]`."""
        return [record.verb for record in self]

    @property
    def lines(self) -> list[str]:
        """Each as a line: `patch pods/status default/web-1 409`. The status is left out where it is 200 or 201."""
        return [_line(record) for record in self]

    def __repr__(self) -> str:
        return "\n".join([f"<{len(self)} requests>", *self.lines])

    def _complaint(self, expected: str) -> str:
        first = f"expected {expected} with {self._wanted}; there {'was' if len(self) == 1 else 'were'} {len(self) or 'none'}"
        if self:
            return "\n".join([f"{first}:", *(f"  {line}" for line in self.lines[:_SHOWN])])
        if not self._among:
            return f"{first}, and nothing else either"
        judged = [(self._wanted.differences(record), record) for record in self._among]
        least = min(len(differences) for differences, _ in judged)
        near = [f"  {_line(record)}  ({_told(differences, record)})" for differences, record in judged if len(differences) == least]
        return "\n".join([f"{first}; nearest among {len(judged)}:", *near[-_SHOWN:]])


def _told(differences: list[str], record: RequestRecord) -> str:
    values = {field: record.body.decode(errors="replace")[:500] if field == "body" else getattr(record, field) for field in differences}
    return ", ".join(f"{field} is {value or 'empty'}" for field, value in values.items())


def _holds(document: Any, wanted: Any) -> bool:
    """Whether `document` has all that `wanted` names."""
    if isinstance(wanted, Mapping):
        return isinstance(document, Mapping) and all(key in document and _holds(document[key], value) for key, value in wanted.items())
    return bool(document == wanted)


def _line(record: RequestRecord) -> str:
    resource = f"{record.resource}/{record.subresource}" if record.subresource else record.resource
    place = "/".join(part for part in (record.namespace, record.name) if part)
    status = "" if record.status in (200, 201) else "broken" if record.status == 0 else str(record.status)
    return " ".join(part for part in (record.verb, resource or record.path, place, status) if part)
