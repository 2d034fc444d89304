"""Field sets as sets, and what comparison and merging make of drawn objects: laws that hold for all of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.api_server.kinds import Kinds
from fakes.api_server.ownership import field_sets
from fakes.api_server.ownership.comparison import Comparison, compare, everything, opinion
from fakes.api_server.ownership.field_sets import FieldSet, difference, intersection, union, without
from fakes.api_server.ownership.field_types import FieldType, type_of
from fakes.api_server.ownership.merging import merged, pruned, taken_out
from fakes.api_server.ownership.type_faults import complaint
from fakes.api_server.wire.encoding import same

Path = tuple[str, ...]
PATHS = st.sets(st.lists(st.sampled_from(["f:a", "f:b", 'k:{"n":1}', 'v:"x"']), min_size=1, max_size=3).map(tuple), max_size=8)


def set_of(paths: set[Path]) -> FieldSet:
    fields: FieldSet = {}
    for path in sorted(paths):
        fields = union(fields, field_sets.at(path))
    return fields


def paths_of(fields: FieldSet) -> set[Path]:
    return set(field_sets.paths(fields))


@given(PATHS, PATHS)
def test_the_operations_are_those_of_sets_of_paths(left: set[Path], right: set[Path]) -> None:
    one, other = set_of(left), set_of(right)
    assert paths_of(one) == left
    assert paths_of(union(one, other)) == left | right
    assert paths_of(difference(one, other)) == left - right
    assert paths_of(intersection(one, other)) == left & right
    below = {path for path in left if any(path[:length] in right for length in range(1, len(path) + 1))}
    assert paths_of(without(one, other)) == left - below
    assert all(field_sets.has(one, path) == (path in left) for path in left | right)


@given(PATHS, PATHS)
def test_one_set_has_one_form_in_one_order(left: set[Path], right: set[Path]) -> None:
    found = union(set_of(left), set_of(right))
    assert json.dumps(found) == json.dumps(union(set_of(right), set_of(left)))
    assert json.dumps(found) == json.dumps(field_sets.canonical(found))
    assert found == set_of(left | right)
    assert difference(found, set_of(right)) == set_of(left - right)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"f:b", "f:a", "."}, [".", "f:a", "f:b"]),
        ({'k:{"p":80}', 'k:{"p":443}', 'k:{"p":9}'}, ['k:{"p":9}', 'k:{"p":80}', 'k:{"p":443}']),
        ({'k:{"a":"z"}', 'k:{"a":"a","b":1}'}, ['k:{"a":"a","b":1}', 'k:{"a":"z"}']),
        ({'v:"10"', 'v:"9"', "v:10", "v:9", "v:true"}, ["v:9", "v:10", 'v:"10"', 'v:"9"', "v:true"]),
    ],
)
def test_the_order_is_the_servers(names: set[str], expected: list[str]) -> None:
    assert list(field_sets.ordered({name: {} for name in sorted(names, reverse=True)})) == expected


def test_a_clients_words_are_made_canonical_or_refused() -> None:
    assert field_sets.canonical({'k:{"b": 1, "a": 2}': {".": {}}, "x:later": {}, "f:a": {"f:b": {}}}) == {
        "f:a": {"f:b": {}},
        'k:{"a":2,"b":1}': {},
    }
    broken: FieldSet
    for broken in ({"a": {}}, {"f:a": []}, {"k:{": {}}, {"k:[1]": {}}, {"v:NaN": {}}, {"i:x": {}}):
        with pytest.raises(ValueError, match=r"."):
            field_sets.canonical(broken)


def test_paths_are_shown_as_people_read_them() -> None:
    path = ("f:spec", 'k:{"port":80,"protocol":"TCP"}', 'v:"x"', "f:a.b")
    assert field_sets.text(path) == '.spec[port=80,protocol="TCP"][="x"].a.b'


def _type(group: str, plural: str) -> FieldType:
    kind = Kinds().find(group, "v1", plural)
    assert kind is not None
    return type_of(kind)


SERVICE = _type("", "services")

TEXTS = st.sampled_from(["a", "b", "c"])
PORTS = st.lists(
    st.fixed_dictionaries({"port": st.integers(1, 2)}, optional={"protocol": st.sampled_from(["TCP", "UDP"]), "name": TEXTS}),
    max_size=3,
    unique_by=lambda port: (port["port"], port.get("protocol", "TCP")),
)
LABELS = st.dictionaries(TEXTS, TEXTS, min_size=1)
# no empty objects: those are fields as long as they are empty, and none when something is in them
SERVICES = st.fixed_dictionaries(
    {"metadata": st.fixed_dictionaries({"name": TEXTS}, optional={"labels": LABELS, "finalizers": st.lists(TEXTS, unique=True)})},
    optional={
        "spec": st.fixed_dictionaries(
            {"type": TEXTS},
            optional={
                "ports": PORTS,
                "selector": LABELS,
                "externalIPs": st.lists(TEXTS),
                "sessionAffinityConfig": st.just({"clientIP": {"timeoutSeconds": 1}}),
            },
        )
    },
)


@given(SERVICES, SERVICES)
def test_a_comparison_leaves_out_nothing_and_adds_nothing(old: dict[str, Any], new: dict[str, Any]) -> None:
    found = compare(old, new, SERVICE)
    before, after = everything(old, SERVICE), everything(new, SERVICE)
    assert intersection(found.changed, found.removed) == {}
    assert difference(found.changed, after) == {}
    assert difference(found.removed, before) == {}
    assert difference(difference(after, before), found.changed) == {}, "what only the new one has is a change"
    assert compare(new, new, SERVICE) == Comparison({}, {})


@given(SERVICES, SERVICES)
def test_a_merge_has_what_both_say_and_the_configuration_wins(old: dict[str, Any], new: dict[str, Any]) -> None:
    before = json.dumps([old, new])
    result = merged(old, new, SERVICE)
    assert json.dumps([old, new]) == before, "neither side is changed"
    assert not complaint(result, SERVICE)
    wanted = opinion(new, SERVICE)
    assert difference(wanted, opinion(result, SERVICE)) == {}
    assert intersection(compare(result, new, SERVICE).changed, wanted) == {}
    assert same(merged(result, new, SERVICE), result), "once more changes nothing"


@given(SERVICES, SERVICES)
def test_who_applies_and_then_gives_up_leaves_what_was_there(live: dict[str, Any], config: dict[str, Any]) -> None:
    kept, wanted = opinion(live, SERVICE), opinion(config, SERVICE)
    left = pruned(merged(live, config, SERVICE), wanted, kept, SERVICE)
    assert difference(opinion(left, SERVICE), kept) == {}, "nothing is left that nobody owns"
    assert difference(kept, opinion(left, SERVICE)) == {}, "nothing is gone that somebody owns"


@given(SERVICES)
def test_taking_everything_out_leaves_nothing(document: dict[str, Any]) -> None:
    assert not opinion(taken_out(document, everything(document, SERVICE), SERVICE) or {}, SERVICE)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("abc", "dbe", "adbce"),
        ("abc", "ca", "bca"),
        ("abc", "ba", "bca"),
        ("", "ab", "ab"),
        ("ab", "", "ab"),
        ("abcd", "xdy", "abcxdy"),
        ("aab", "b", "aab"),
        ("cbeecb", "bea", "cbeac"),
    ],
)
def test_entries_come_in_the_order_of_the_configuration_among_the_others(old: str, new: str, expected: str) -> None:
    config_map = _type("", "configmaps")
    result = merged({"metadata": {"finalizers": [*old]}}, {"metadata": {"finalizers": [*new]}}, config_map)
    assert "".join(result["metadata"]["finalizers"]) == expected
