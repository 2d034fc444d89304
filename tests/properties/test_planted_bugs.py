"""Bugs planted in the informer: the properties must find each, and shrink it to a story a person can read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import strategies as st

from fakes.strategies import histories, schedules
from informer.backoff import Backoff
from informer.errors import Disconnected, Expired
from informer.handlers import Deleted, Raw
from informer.indexer import Indexer
from informer.reflector import Reflector, State
from informer.source import EventType, WatchEvent
from informer.store import Store
from tests.properties.finding import find_story
from tests.properties.stories import survive

Plant = Callable[[pytest.MonkeyPatch], None]


def lose_the_deletes_a_relist_finds(patch: pytest.MonkeyPatch) -> None:
    commit = Store.commit_list

    def lossy(self: Store, *arguments: Any, **options: Any) -> list[Raw]:
        return [event for event in commit(self, *arguments, **options) if not (isinstance(event, Deleted) and event.final_state_unknown)]

    patch.setattr(Store, "commit_list", lossy)


def keep_what_a_relist_lacks(patch: pytest.MonkeyPatch) -> None:
    commit = Store.commit_list

    def sticky(self: Store, prepared: Any, *arguments: Any, **options: Any) -> list[Raw]:
        kept = {key: self._indexer.prepare(obj) for key in list(self._indexer.keys()) if (obj := self._indexer.peek(key))}
        return commit(self, {**kept, **prepared}, *arguments, **options)

    patch.setattr(Store, "commit_list", sticky)


def drop_the_version_of_bookmarks(patch: pytest.MonkeyPatch) -> None:
    follow = Reflector._follow

    def forgetful(self: Reflector, events: Any, stream: Any) -> Any:
        class Deaf:
            def next_batch(self) -> Sequence[WatchEvent]:
                batch = events.next_batch()
                return [WatchEvent(event.type, None, "") if event.type is EventType.BOOKMARK else event for event in batch]

        return follow(self, Deaf(), stream)  # type: ignore[arg-type]

    patch.setattr(Reflector, "_follow", forgetful)


def reset_the_backoff_on_failure(patch: pytest.MonkeyPatch) -> None:
    following = Backoff.next

    def eager(self: Backoff, floor: float | None = None) -> float:
        self.reset()
        return following(self, floor)

    patch.setattr(Backoff, "next", eager)


def update_across_uids(patch: pytest.MonkeyPatch) -> None:
    stored = Store._stored

    def blind(self: Store, cached: Any, entry: Any, *, initial: bool = False) -> list[Raw]:
        if cached is not None and cached.uid != entry.object.uid:
            self._indexer.put(entry)
            return []
        return stored(self, cached, entry, initial=initial)

    patch.setattr(Store, "_stored", blind)


def resume_after_expiry_without_a_list(patch: pytest.MonkeyPatch) -> None:
    following = Reflector._after

    def stubborn(self: Reflector, error: Exception, stream: Any) -> State:
        return following(self, Disconnected("expired") if isinstance(error, Expired) else error, stream)

    patch.setattr(Reflector, "_after", stubborn)


def relist_without_telling_late_handlers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Indexer, "snapshot", lambda self: [])


BUGS = [
    lose_the_deletes_a_relist_finds,
    keep_what_a_relist_lacks,
    drop_the_version_of_bookmarks,
    reset_the_backoff_on_failure,
    update_across_uids,
    resume_after_expiry_without_a_list,
    relist_without_telling_late_handlers,
]


STORY: dict[str, Any] = {"history": histories(names=("a", "b")), "schedule": schedules(), "late": st.integers(0, 4)}


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_found(bug: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    find_story(survive, **STORY)


def test_the_lost_delete_shrinks_to_a_story_of_twelve_steps_or_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    lose_the_deletes_a_relist_finds(monkeypatch)
    story = find_story(survive, shrink=True, **STORY)
    assert len(story["history"]) + len(story["schedule"].deviations) + story["late"] <= 12, story
