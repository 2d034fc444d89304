"""RequestLog: the requests that a server has had, as a list that a test can narrow down and compare."""

from __future__ import annotations

from collections.abc import Iterable

from fakes.api_server.requests import RequestRecord


class RequestLog(list[RequestRecord]):
    """The requests in the order of their answers. An ordinary list, with a few questions that tests ask.

    `assert api.requests.where(resource="pods").verbs == ["list", "watch"]`
    """

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
    ) -> RequestLog:
        """Those of which all of this is true; None says nothing.

        `verb` may be several. `resource` is `pods` or `deployments.apps`, or `deployments` for that of any group. `user_agent` and `path`
        are what theirs begin with.
        """
        verbs = None if verb is None else {verb} if isinstance(verb, str) else set(verb)
        exact = {"namespace": namespace, "name": name, "subresource": subresource, "status": status, "user": user}
        wanted = {field: value for field, value in exact.items() if value is not None}
        return RequestLog(
            record
            for record in self
            if (verbs is None or record.verb in verbs)
            and (resource is None or resource in (record.resource, record.resource.partition(".")[0]))
            and all(getattr(record, field) == value for field, value in wanted.items())
            and record.user_agent.startswith(user_agent or "")
            and record.path.startswith(path or "")
        )

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


def _line(record: RequestRecord) -> str:
    resource = f"{record.resource}/{record.subresource}" if record.subresource else record.resource
    place = "/".join(part for part in (record.namespace, record.name) if part)
    status = "" if record.status in (200, 201) else "broken" if record.status == 0 else str(record.status)
    return " ".join(part for part in (record.verb, resource or record.path, place, status) if part)
