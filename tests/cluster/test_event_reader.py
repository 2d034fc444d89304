from hypothesis import given
from hypothesis import strategies as st

from informer.cluster.wire import EventReader
from tests.cluster.scripted_pool import NODES, line, node, status

SERVER = "https://cluster.example:6443"

lines = st.one_of(
    st.integers(1, 99).map(lambda version: line("MODIFIED", node("ñame\u2028", version, data="x" * version))),
    st.integers(1, 99).map(lambda version: line("BOOKMARK", {"metadata": {"resourceVersion": str(version)}})),
    st.sampled_from([b"\n", b" \r\n", b"garbage\n", line("ADDED", {"metadata": {}}), line("ERROR", status(410, "Expired", "too old"))]),
)


def read(pieces: list[bytes]) -> tuple[list[object], str, bool]:
    reader = EventReader(NODES, SERVER)
    events: list[object] = []
    for piece in pieces:
        events += [(event.type, event.object, event.resource_version, str(event.unreadable)) for event in reader.feed(piece)]
        if reader.fault is not None:
            return events, repr(reader.fault), False
    return events, "", reader.inside_a_line


@given(st.lists(lines, max_size=8), st.sampled_from([b"", b'{"type":"ADD', b"  "]), st.data())
def test_any_split_of_the_same_bytes_gives_the_same_events(content: list[bytes], tail: bytes, data: st.DataObject) -> None:
    stream = b"".join(content) + tail
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert read(pieces) == read([stream])
    assert read([stream[at : at + 1] for at in range(len(stream))]) == read([stream])
