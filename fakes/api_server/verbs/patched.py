"""Patched: what a patch makes of an object, read as one of its kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fakes.api_server import errors
from fakes.api_server.errors import StatusError
from fakes.api_server.kinds import Kind
from fakes.api_server.options import WriteOptions
from fakes.api_server.ownership import managers
from fakes.api_server.ownership.managers import Entries
from fakes.api_server.patching.patch import unreadable
from fakes.api_server.wire import bodies
from fakes.api_server.wire.decoding import Undecodable
from fakes.api_server.wire.encoding import to_json
from fakes.api_server.wire.misfits import check_said, read_patched

Document = dict[str, Any]
Refuse = Callable[[Any, str], StatusError]
"""From what a patch made and why it is no object of its kind to what is answered."""


Patched = tuple[Document, Entries | None, tuple[str, ...]]
"""What was made, the managedFields that were in it, and the warnings."""


def read(
    change: Callable[[Document], Any],
    old: Document,
    kind: Kind,
    options: WriteOptions,
    refuse: Refuse | None = None,
    said: Sequence[str] = (),
) -> Patched:
    """What `change` makes of `old`, which it leaves as it is. `said` is what is complained of already.

    Raises what `change` raises, and 422 (in the words of `refuse`) for what is no object of `kind`.
    """
    new = change(old)
    try:
        if isinstance(new, list):
            raise Undecodable(bodies.no_object(new))
        if not isinstance(new, dict):
            raise errors.unprocessable()
        check_said(new, kind)
        sent = managers.take(new, old["metadata"].get("managedFields"))
        return new, sent, read_patched(new, kind, options, said)
    except Undecodable as error:
        result = change(old)
        raise refuse(result, str(error)) if refuse else unreadable(to_json(result).decode(), str(error)) from None
