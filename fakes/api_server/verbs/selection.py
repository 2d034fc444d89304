"""Selection: which objects a list, a watch or a deletecollection is about, by their labels and fields."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from fakes.api_server import errors
from fakes.api_server.kinds import NAME, NAMESPACE, Kind
from fakes.storage import Event, Version
from informer.selectors import FieldSelector, LabelSelector, SelectorError


@dataclass(frozen=True, slots=True)
class Selection:
    """A label selector and a field selector on objects of one kind."""

    kind: Kind
    labels: LabelSelector
    fields: FieldSelector

    @classmethod
    def parse(cls, kind: Kind, labels: str, fields: str) -> Selection:
        """Raises 400 for texts that are no selectors; `check` knows whether the fields can be selected by."""
        try:
            return cls(kind, LabelSelector.parse(labels), FieldSelector.parse(fields))
        except SelectorError as error:
            raise errors.bad_request(str(error)) from None

    def check(self) -> Selection:
        """Raises 400 for fields that cannot be selected by."""
        self.kind.check_fields(self.fields)
        return self

    def __bool__(self) -> bool:
        """Whether it can leave anything out."""
        return bool(self.labels) or bool(self.fields)

    def matches(self, version: Version) -> bool:
        if self.labels and not self.labels.matches(self.kind.seen(version).labels):
            return False
        return not self.fields or self.fields.matches(partial(self._field, version))

    def shows(self, event: Event) -> tuple[bool, bool]:
        """Whether the object was, and is, in the selection."""
        before = event.old is not None and self.matches(event.old)
        return before, event.new is not None and self.matches(event.new)

    def _field(self, version: Version, name: str) -> str:
        namespace, _, own = version.key.rpartition("/")
        if name == NAME:
            return own
        if name == NAMESPACE:
            return namespace
        return self.kind.seen(version).field(name, partial(self.kind.field_value, name=name))

    def pinned_name(self) -> str | None:
        """The one name that it asks for, if it asks for one."""
        return next((value for field, operator, value in self.fields.requirements if (field, operator) == (NAME, "=")), None)
