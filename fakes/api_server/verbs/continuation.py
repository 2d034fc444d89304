"""The continue token of a paged list: where the next page starts, and which version of the collection it belongs to."""

from __future__ import annotations

import base64
import binascii
import json
import posixpath
from dataclasses import dataclass

import msgspec

from fakes.api_server import errors
from fakes.api_server.wire import json_syntax

_FORMAT = "meta.k8s.io/v1"
LATEST = -1


@dataclass(frozen=True, slots=True)
class Continuation:
    """`start` is the first key of the next page, without the prefix of the collection; `revision` may be `LATEST`."""

    revision: int
    start: str

    def token(self) -> str:
        """As a server with a watch cache writes it: with a leading slash; the latest version is only ever asked of etcd, without."""
        start = self.start if self.revision == LATEST else "/" + self.start
        text = json.dumps({"v": _FORMAT, "rv": self.revision, "start": start}, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    @classmethod
    def after(cls, key: str, prefix: str, revision: int) -> Continuation:
        """The page that follows the one that ends with `key`."""
        return cls(revision, key[len(prefix) :] + "\0")

    @classmethod
    def parse(cls, token: str) -> Continuation:
        """Raises 400."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            bad = next((index for index, letter in enumerate(token) if not (letter.isalnum() or letter in "-_")), len(token) - 1)
            raise _refused(f"illegal base64 data at input byte {bad}") from None
        content = _content(raw)
        if content.v != _FORMAT:
            raise _refused(f"server does not recognize this encoded version {content.v}")
        if content.rv == 0:
            raise _refused(f"incorrect encoded start resourceVersion (version {_FORMAT})")
        if not content.start:
            raise _refused(f"encoded start key empty (version {_FORMAT})")
        start = content.start.removeprefix("/")
        if posixpath.normpath(f"/{start}") != f"/{start}":
            raise _refused(content.start)
        return cls(content.rv, start)


_TYPES = {"v": (str, "string"), "rv": (int, "int64"), "start": (str, "string")}


class _Token(msgspec.Struct):
    v: str = ""
    rv: int = 0
    start: str = ""


def _content(raw: bytes) -> _Token:
    """Raises 400."""
    try:
        said = json_syntax.read(raw)
    except ValueError as error:
        raise _refused(str(error)) from None
    if said is not None and not isinstance(said, dict):
        raise _refused(f"json: cannot unmarshal {json_syntax.type_of(said)} into Go value of type storage.continueToken")
    for name, (kind, go_type) in _TYPES.items():
        value = (said or {}).get(name)
        if value is not None and type(value) is not kind:
            found = f"number {value}" if isinstance(value, float) else json_syntax.type_of(value)
            raise _refused(f"json: cannot unmarshal {found} into Go struct field continueToken.{name} of type {go_type}")
    return msgspec.convert({name: value for name, value in (said or {}).items() if value is not None}, _Token)


def _refused(why: str) -> errors.StatusError:
    return errors.bad_request(f"invalid continue token: continue key is not valid: {why}")
