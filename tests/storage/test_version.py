"""What states remember of those who look at them."""

from __future__ import annotations

from fakes.storage import Version


class Glance:
    """A way to see: everything is these bytes."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def __call__(self, version: Version) -> Version:
        return Version(version.key, version.revision, self.raw)


def test_who_looks_while_another_one_looks_gets_what_it_asked_for() -> None:
    first, second = Glance(b"1"), Glance(b"2")

    class Overtaken(Version):
        """`second` looks as soon as what `first` saw has been noted."""

        __slots__ = ("noted",)

        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, value)
            if name == "_seen" and isinstance(value, tuple) and value[0] is first:
                self.through(second)

    assert Overtaken("a", 1, b"0").through(first).raw == b"1"
