"""Label and field selectors: texts and refusals are those of a 1.37.2 server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from informer.selectors import FieldSelector, LabelSelector, SelectorError, label_key_faults, label_value_faults

NAME_RULE = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
    " (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an"
    " alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345',"
    " regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)

REFUSED_LABELS = {
    "a b": "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
    "a in (x": "unable to parse requirement: found '', expected: ',' or ')'",
    "a in (x,": "unable to parse requirement: found '', expected: ',', or identifier",
    "!": "unable to parse requirement: found '', expected: identifier",
    "a>b": "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer",
    "a>99999999999999999999": 'unable to parse requirement: values[0]: Invalid value: "99999999999999999999":'
    " for 'Gt', 'Lt' operators, the value must be an integer",
    "a=b c": "found 'c', expected: ',' or 'end of string'",
    "a=-x-": f'unable to parse requirement: values[0][a]: Invalid value: "-x-": {VALUE_RULE}',
    "!a=b": "found '=', expected: ',' or 'end of string'",
    "a in": "unable to parse requirement: found '' expected: '('",
    "a in b": "unable to parse requirement: found 'b' expected: '('",
    "a in (=)": "unable to parse requirement: found '=', expected: ',', ')' or identifier",
    "a in ((b)": "unable to parse requirement: found '(', expected: ',', ')' or identifier",
    "-bad=x": f'unable to parse requirement: <nil>: Invalid value: "-bad": name part {NAME_RULE}',
    "a/b/c": f'unable to parse requirement: <nil>: Invalid value: "a/b/c": a valid label key {NAME_RULE}'
    " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    "/a": 'unable to parse requirement: <nil>: Invalid value: "/a": prefix part must be non-empty',
    "a=b=c": "found '=', expected: ',' or 'end of string'",
    "a>>1": "unable to parse requirement: found '>', expected: identifier",
    "===": "found '==', expected: !, identifier, or 'end of string'",
    ",a": "found ',', expected: !, identifier, or 'end of string'",
    "app==x,": "found '', expected: identifier after ','",
    "a=b,,": "found ',', expected: identifier after ','",
    "a" * 64: f'unable to parse requirement: <nil>: Invalid value: "{"a" * 64}": name part must be no more than 63 bytes',
}


@pytest.mark.parametrize("text", REFUSED_LABELS)
def test_a_text_that_is_no_label_selector_is_refused_in_the_servers_words(text: str) -> None:
    with pytest.raises(SelectorError) as refusal:
        LabelSelector.parse(text)
    assert str(refusal.value) == REFUSED_LABELS[text]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        (" ", ""),
        ("app", "app"),
        ("b=1,a==2", "a==2,b=1"),
        ("x in (a,,b),y,z notin ()", "x in (,a,b),y,z notin ()"),
        ("in in (notin)", "in in (notin)"),
        ("b!= , ! a", "!a,b!="),
        ("n>1,n<5", "n>1,n<5"),
        ("example.com/app\tin\n(b,a,b)", "example.com/app in (a,b)"),
    ],
)
def test_a_label_selector_prints_as_the_server_prints_it_and_parses_back(text: str, canonical: str) -> None:
    selector = LabelSelector.parse(text)
    assert str(selector) == canonical
    assert LabelSelector.parse(canonical) == selector


@pytest.mark.parametrize(
    ("text", "labels", "matching"),
    [
        ("", {}, True),
        ("a", {"a": ""}, True),
        ("a", {"b": "a"}, False),
        ("!a", {"b": ""}, True),
        ("!a", {"a": ""}, False),
        ("a=", {}, False),
        ("a=", {"a": ""}, True),
        ("a!=b", {}, True),
        ("a!=b", {"a": "b"}, False),
        ("a notin (b,c)", {}, True),
        ("a notin (b,c)", {"a": "c"}, False),
        ("a in (b,c)", {"a": "c"}, True),
        ("a in ()", {"a": ""}, True),
        ("a>9", {"a": "10"}, True),
        ("a>9", {"a": "9"}, False),
        ("a<9", {"a": "9"}, False),
        ("a<9", {"a": "8"}, True),
        ("a<9", {"a": "10"}, False),
        ("a>9", {"a": "ten"}, False),
        ("a>9", {}, False),
        ("a=b,c=d", {"a": "b"}, False),
    ],
)
def test_a_label_selector_matches_what_the_server_matches(text: str, labels: dict[str, str], matching: bool) -> None:
    assert LabelSelector.parse(text).matches(labels) is matching


KEYS, VALUES = st.sampled_from("abc"), st.sampled_from(["", "x", "y", "1", "2"])
CONDITIONS: st.SearchStrategy[tuple[str, str, list[str]]] = st.one_of(
    st.tuples(KEYS, st.sampled_from(["=", "==", "!="]), st.lists(VALUES, min_size=1, max_size=1)),
    st.tuples(KEYS, st.sampled_from(["in", "notin"]), st.lists(VALUES, min_size=1, max_size=3)),
    st.tuples(KEYS, st.sampled_from(["exists", "!"]), st.just([])),
    st.tuples(KEYS, st.sampled_from([">", "<"]), st.lists(st.sampled_from(["0", "1", "2"]), min_size=1, max_size=1)),
)


def _write(key: str, operator: str, values: list[str]) -> str:
    if operator == "exists":
        return key
    if operator == "!":
        return f"!{key}"
    if operator in ("in", "notin"):
        return f"{key} {operator} ({','.join(values)})"
    return f"{key}{operator}{values[0]}"


def _holds(key: str, operator: str, values: list[str], labels: dict[str, str]) -> bool:
    if operator in ("!=", "notin"):
        return not _holds(key, "in", values, labels)
    if operator == "!":
        return key not in labels
    if key not in labels:
        return False
    if operator == "exists":
        return True
    if operator in (">", "<"):
        return labels[key].isdigit() and ((int(labels[key]) - int(values[0])) * (1 if operator == ">" else -1)) > 0
    return labels[key] in values


@given(st.lists(CONDITIONS, max_size=4), st.dictionaries(KEYS, VALUES))
def test_a_label_selector_agrees_with_a_naive_evaluator(conditions: list[tuple[str, str, list[str]]], labels: dict[str, str]) -> None:
    selector = LabelSelector.parse(",".join(_write(*condition) for condition in conditions))
    assert selector.matches(labels) is all(_holds(*condition, labels) for condition in conditions)
    assert LabelSelector.parse(str(selector)) == selector


@given(st.text(alphabet="ab=!<>(),in \t-/", max_size=12))
def test_any_text_is_either_a_selector_that_prints_to_an_equal_one_or_refused(text: str) -> None:
    try:
        selector = LabelSelector.parse(text)
    except SelectorError:
        return
    assert LabelSelector.parse(str(selector)) == selector


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("foo", "invalid selector: 'foo'; can't understand 'foo'"),
        ("a=b,foo", "invalid selector: 'a=b,foo'; can't understand 'foo'"),
        ("a=b=c", "invalid field selector: unescaped character in value: 61"),
        ("metadata.name=\\z", "invalid field selector: invalid escape sequence: \\z"),
        ("metadata.name=a\\", "invalid field selector: invalid escape sequence: \\"),
    ],
)
def test_a_text_that_is_no_field_selector_is_refused_in_the_servers_words(text: str, message: str) -> None:
    with pytest.raises(SelectorError) as refusal:
        FieldSelector.parse(text)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("text", "requirements"),
    [
        ("", ()),
        (",,", ()),
        ("metadata.name==x,a!=y", (("a", "!=", "y"), ("metadata.name", "=", "x"))),
        ("a=", (("a", "=", ""),)),
        (r"a=\,\=\\", (("a", "=", ",=\\"),)),
    ],
)
def test_a_field_selector_is_read_as_the_server_reads_it(text: str, requirements: tuple[object, ...]) -> None:
    assert FieldSelector.parse(text).requirements == requirements


@given(st.lists(st.tuples(st.sampled_from(["a", "b.c"]), st.sampled_from(["=", "!="]), st.text(alphabet="x,=\\ ", max_size=4)), max_size=3))
def test_a_field_selector_prints_to_an_equal_one(requirements: list[tuple[str, str, str]]) -> None:
    selector = FieldSelector(tuple(requirements))  # type: ignore[arg-type]
    assert sorted(FieldSelector.parse(str(selector)).requirements) == sorted(requirements)


def test_a_field_selector_asks_for_each_field_and_compares_texts() -> None:
    document = {"a": "1", "b": ""}
    assert FieldSelector.parse("a=1,b!=2").matches(lambda field: document[field])
    assert not FieldSelector.parse("a=1,b!=").matches(lambda field: document[field])
    assert FieldSelector.parse("").matches(lambda field: "")


def test_only_a_selector_with_conditions_is_true() -> None:
    assert not LabelSelector.parse("")
    assert LabelSelector.parse("a")
    assert not FieldSelector.parse(",")
    assert FieldSelector.parse("a=b")


def test_keys_and_values_of_labels_are_judged_one_by_one() -> None:
    assert label_key_faults("app.kubernetes.io/name") == []
    assert label_key_faults("") == ["name part must be non-empty", f"name part {NAME_RULE}"]
    assert label_value_faults("") == []
    assert label_value_faults("a b") == [VALUE_RULE]
    assert label_value_faults("a" * 64) == ["must be no more than 63 bytes"]
