"""Waits: until what controllers and caches of a real server do in their own time has been done, so that answers are no chance."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tests.conformance.session import TABLE, Session
from tests.waiting import PATIENCE

_STEP = 0.02
_HELD_BY = frozenset(("NamespaceContentRemaining", "NamespaceFinalizersRemaining"))


def _until(session: Session, what: str, reached: Callable[[], bool]) -> None:
    for _ in range(round(PATIENCE / _STEP)):
        if reached():
            return
        session.door.pause(_STEP)
    raise AssertionError(f"{what} has not come within {PATIENCE:g} s")


def namespaces(session: Session, names: Iterable[str]) -> None:
    """Wait until these are gone where they are going, or wait for nothing but their own finalizers or those of their content."""
    for name in names:
        _until(session, f"the end of namespace {name}", lambda name=name: _is_still(session, name))  # type: ignore[misc]


def _is_still(session: Session, name: str) -> bool:
    answer = session.unseen("GET", session.at("namespaces", name))
    if answer.status != 200 or "deletionTimestamp" not in answer.metadata:
        return True
    conditions, finalizers = answer.json["status"].get("conditions") or (), answer.json["spec"].get("finalizers") or ()
    if "kubernetes" in finalizers:
        return any(condition["type"] in _HELD_BY and condition["status"] == "True" for condition in conditions)
    return bool(conditions) or not finalizers


def definition(session: Session, collections: dict[str, bool], mark: str) -> None:
    """Wait until these collections are served or not, as it says of each, and their tables have the column `mark`."""
    for path, served in collections.items():
        _until(session, f"{mark} at {path}", lambda path=path, served=served: _shows(session, path, mark) is served)  # type: ignore[misc]


def established(session: Session, path: str) -> None:
    """Wait until a definition says that it is established, which is later than it is served."""
    _until(session, f"{path}, established", lambda: _is_established(session.unseen("GET", path).json))


def _is_established(definition: dict[str, Any]) -> bool:
    conditions = definition.get("status", {}).get("conditions") or ()
    return any(condition["type"] == "Established" and condition["status"] == "True" for condition in conditions)


def _shows(session: Session, path: str, mark: str) -> bool | None:
    """True where the collection is served with this mark, False where it is not served at all."""
    exchange = session.ask("GET", path, None, {"Accept": TABLE}, labelSelector="of=nobody")
    session.exchanges.pop()
    if exchange.status == 404:
        return False
    columns = exchange.json.get("columnDefinitions") if exchange.status == 200 else None
    return True if any(column["name"] == mark for column in columns or ()) else None


def gone(session: Session, path: str) -> None:
    """Wait until there is nothing at a path."""
    _until(session, f"the end of {path}", lambda: session.unseen("GET", path).status == 404)


def collection(session: Session, paths: Iterable[str]) -> None:
    """Wait until the garbage collector has nothing more to do in these collections."""

    def objects() -> list[dict[str, Any]]:
        return [item for path in paths for item in session.unseen("GET", path).json["items"]]

    _until(
        session, "the end of the garbage collection", lambda: not any(_is_work(each, others) for others in [objects()] for each in others)
    )


def _is_work(each: dict[str, Any], objects: list[dict[str, Any]]) -> bool:
    """Whether the garbage collector has something to do about an object."""
    metadata = each["metadata"]
    going, finalizers = "deletionTimestamp" in metadata, metadata.get("finalizers") or ()
    uids = {other["metadata"]["uid"]: other["metadata"] for other in objects}
    if going and "orphan" in finalizers:
        return True
    references = metadata.get("ownerReferences") or ()
    if going and "foregroundDeletion" in finalizers and not any(_blocks(other, metadata["uid"]) for other in objects):
        return True
    if not references or going:
        return False
    solid = [reference for reference in references if reference["uid"] in uids and not _is_waiting(uids[reference["uid"]])]
    return len(solid) < len(references)


def _blocks(other: dict[str, Any], uid: str) -> bool:
    references = other["metadata"].get("ownerReferences") or ()
    return any(reference["uid"] == uid and reference.get("blockOwnerDeletion") for reference in references)


def _is_waiting(owner: dict[str, Any]) -> bool:
    return "deletionTimestamp" in owner and "foregroundDeletion" in (owner.get("finalizers") or ())
