"""Get and list: which version of what, from when, and how much of it at a time."""

from __future__ import annotations

import re

from fakes.api_server import errors
from fakes.api_server.kinds import Kind
from fakes.api_server.objects.objects import ListAnswer, ObjectAnswer, Objects
from fakes.api_server.options import ListOptions
from fakes.api_server.requests import Call, in_range
from fakes.api_server.verbs.continuation import LATEST, Continuation
from fakes.api_server.verbs.selection import Selection
from fakes.api_server.verbs.watch_cache import is_cached
from fakes.storage import Compacted, State

FRESHNESS = 3.0
"""Seconds that a real server waits for a version it has not seen yet."""

_LIST_TOO_OLD = "The resourceVersion for the provided list is too old."
_CONTINUE_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue"
    " parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token"
    " results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and"
    " now may show up in the list."
)
_WITH_CONTINUE = "specifying resource version is not allowed when using continue"
_DIGITS = re.compile(r"[0-9]+")


def parse_version(text: str) -> int:
    """A resource version as a number; 0 for none. Raises what a real server fails with (500)."""
    if not text:
        return 0
    if not _DIGITS.fullmatch(text):
        raise errors.server_failure(f'resourceVersion: Invalid value: "{text}": strconv.ParseUint: parsing "{text}": invalid syntax')
    number = in_range(text, 0, 2**64)
    if number is None:
        raise errors.server_failure(f'resourceVersion: Invalid value: "{text}": strconv.ParseUint: parsing "{text}": value out of range')
    return number


def await_version(objects: Objects, kind: Kind, revision: int, *, cached: bool = True) -> None:
    """Wait until the version exists, at most `FRESHNESS` seconds; not at all where no cache answers. Raises 504."""
    storage, cached = objects.storage, cached and is_cached(kind)
    if storage.wait_for(revision, FRESHNESS if cached else 0):
        return
    raise errors.too_large_version(revision, storage.revision, retry_after=1 if cached else 0)


def get(objects: Objects, call: Call) -> ObjectAnswer:
    """One object. The version asked for is waited for before anyone looks whether the object exists."""
    await_version(objects, call.kind, parse_version(call.parameters.text("resourceVersion")))
    return ObjectAnswer(objects.read(call))


def list_objects(objects: Objects, call: Call, *, past_cache: bool = False) -> ListAnswer:
    """A page of a collection. `past_cache` asks the storage also where a watch cache that is not ready would answer 429."""
    options = ListOptions.of(call.parameters)
    selection = Selection.parse(call.kind, options.labels, options.fields)
    options.check_list()
    selection.check()
    one = not options.token and _is_of_one(call, selection)
    continuation = Continuation.parse(options.token) if options.token else None
    if continuation and options.version not in ("", "0"):
        raise errors.bad_request(_WITH_CONTINUE)
    try:
        asked = parse_version(options.version)
    except errors.StatusError as error:
        raise errors.bad_request(f"invalid resource version: {error.message}") from None
    limit = 0 if options.version == "0" else options.limit
    of_then = not options.match and limit > 0 and asked > 0
    exact = options.match == "Exact" or (of_then and not one)
    if not (past_cache or exact or continuation or (options.limit and not selection)):
        objects.cache.check_ready(call.kind)
    if continuation:
        state = _continued(objects, call, continuation)
    else:
        await_version(objects, call.kind, asked, cached=not (one and (exact or of_then)))
        state = _state(objects, call, asked if exact else None)
    return _page(call, state, selection, 0 if one else limit)


def _is_of_one(call: Call, selection: Selection) -> bool:
    """Whether a list is about one name in one place: a real server reads just that key then, and knows of no pages."""
    return selection.pinned_name() is not None and (bool(call.namespace) or not call.kind.resource.namespaced)


def _state(objects: Objects, call: Call, at: int | None) -> State:
    try:
        return objects.state(call, at=at)
    except Compacted:
        raise errors.expired(_LIST_TOO_OLD) from None


def _continued(objects: Objects, call: Call, continuation: Continuation) -> State:
    at = None if continuation.revision < 0 else continuation.revision
    start = call.prefix + continuation.start
    if at is not None:
        await_version(objects, call.kind, at)
    try:
        return objects.state(call, start=start, at=at)
    except Compacted:
        token = Continuation(LATEST, continuation.start).token()
        raise errors.expired(_CONTINUE_TOO_OLD, continue_token=token) from None


def _page(call: Call, state: State, selection: Selection, limit: int) -> ListAnswer:
    if not selection:
        page = state.versions[:limit] if limit else state.versions
        page = page if call.kind.lens is None else [call.kind.seen(version) for version in page]
        left = len(state.versions) - len(page)
    else:
        page = []
        left = len(state.versions)
        for version in state.versions:
            if limit and len(page) == limit:
                break
            left -= 1
            seen = call.kind.seen(version)
            if selection.matches(seen):
                page.append(seen)
    if not left:
        return ListAnswer(page, state.revision)
    token = Continuation.after(page[-1].key, call.prefix, state.revision).token()
    return ListAnswer(page, state.revision, token, 0 if selection else left)
